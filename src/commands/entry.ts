import { campaignIn, type Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import * as sealed from "#kernel/sealed-values.ts";
import { withScope, type Tx } from "#platform/db.ts";
import { operator } from "#features/access/asker.model.ts";
import { tellOnce } from "#platform/live.ts";
import { changeEntry, getEntry, listEvents, ledgerOf } from "#features/ledgers/ledgers.model.ts";
import { moveEntry } from "#features/ledgers/move-entry.model.ts";
import type { Entry } from "#features/ledgers/ledgers.types.ts";
import { namesIn } from "#features/ledgers/show.model.ts";
import { readValues } from "#features/ledgers/read-values.model.ts";
import { chooseCampaign, exits, text, UsageError, withDatabase, type Command } from "./command.ts";
import { eventText } from "./event-text.ts";

export const entry: Command = {
  name: "entry",
  summary: "看一条记录及其历史，改一条记录",
  help: `用法：
  yibenzhang entry show 记录编号                          看内容和历史
  yibenzhang entry set 记录编号 栏目=值… --reason 理由    修改；值写空（栏目=）为清空
  yibenzhang entry move 记录编号 步骤 [--reason 理由]     办理一步流转，如“申请销号”
  yibenzhang entry delete 记录编号 --reason 理由          删除（留有历史，可以恢复）
  yibenzhang entry restore 记录编号 --reason 理由         恢复
记录编号就是 figures --records 列出的那一串。

退出码：0 成功；1 失败；2 用法不对。`,
  options: { reason: { type: "string" }, campaign: { type: "string" }, json: { type: "boolean" } },
  run(call) {
    const [action, id, ...rest] = call.args;
    if (!id || !["show", "set", "move", "delete", "restore"].includes(action ?? "")) throw new UsageError(entry.help);
    const reason = text(call, "reason");
    if (action !== "show" && action !== "move" && !reason?.trim()) throw new UsageError("请用 --reason 写明理由，会记入历史。");
    return withDatabase(call, "tool", async (database) => {
      const whole = await chooseCampaign(database, call);
      const found = await withScope(database, operator(whole).scope, async (tx) => {
        const old = await getEntry(tx, whole, id, action !== "show");
        const campaign = campaignIn(whole, old.realm);
        const doer = { account: null, unit: campaign.root, role: "operator", now: new Date() };
        const ledger = ledgerOf(campaign, old.ledger);
        let now = old;
        if (action === "set")
          now = await changeEntry(tx, campaign, old, old.version, doer, {
            action: "edit",
            values: (await readValues(tx, campaign, ledger, pairs(rest), { whole: false, unit: old.unit, old: old.data })).values,
            reason,
          });
        if (action === "move") now = await moveEntry(tx, campaign, old, old.version, doer, rest[0] ?? "", reason);
        if (action === "delete" || action === "restore")
          now = await changeEntry(tx, campaign, old, old.version, doer, { action, deleted: action === "delete", reason });
        return {
          ledger: ledger.name,
          entry: { ...now, data: sealed.shownValues(tx, now.realm, ledger, now.data) },
          shown: await shownValues(tx, campaign, ledger, now),
          events: await listEvents(tx, ledger, now),
        };
      });
      if (action !== "show") await tellOnce(database, found.entry.realm);
      if (call.flags["json"]) call.print(JSON.stringify(found, null, 2));
      else {
        call.print(
          `《${found.ledger}》 ${found.entry.id} 第${found.entry.version}版${found.entry.state ? ` ${found.entry.state}` : ""}${found.entry.deleted ? "（已删除）" : ""}`,
        );
        for (const [name, value] of found.shown) call.print(`  ${name}：${value}`);
        for (const event of found.events) call.print(`  第${event.version}版 ${eventText(event)}`);
      }
      return exits.ok;
    });
  },
};

function pairs(items: readonly string[]): Record<string, string | null> {
  if (items.length === 0) throw new UsageError("请写要改的栏目，例如 实到人数=45");
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf("=");
      if (at < 1) throw new UsageError(`“${item}”不对，应写成 栏目=值`);
      return [item.slice(0, at), item.slice(at + 1) || null];
    }),
  );
}

/** Filled fields in the order of the ledger, as people read them. */
async function shownValues(tx: Tx, campaign: Campaign, ledger: Ledger, one: Entry): Promise<[string, string][]> {
  const names = await namesIn(tx, campaign, ledger, [one]);
  const data = sealed.shownValues(tx, one.realm, ledger, one.data);
  return ledger.fields.flatMap((field): [string, string][] => {
    const value = data[field.name];
    if (value === undefined || value === null) return [];
    const word = (item: string | number | boolean): string => {
      if (typeof item === "boolean") return item ? "是" : "否";
      const known =
        field.type === "unit" || field.type === "organ"
          ? names.units
          : field.type === "person" || field.type === "people"
            ? names.people
            : {};
      return (typeof item === "number" ? known[item] : undefined) ?? String(item);
    };
    return [[field.name, [value].flat().map(word).join("、")]];
  });
}
