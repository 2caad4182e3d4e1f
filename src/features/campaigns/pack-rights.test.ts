/** What a new version of a pack may not do from the browser: let somebody see or do more with what is recorded. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Ledger, Pack } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";
import { widened } from "./pack-rights.ts";

const { pack } = await loadPack(resolve(import.meta.dirname, "../../../test/fixtures/packs/trial"));
const { ledgers, roles, figures } = pack as Pack;
const now = { ledgers, figures, roles };
const leads = ledgers.find(({ key }) => key === "leads") as Ledger;
const named = "问题线索台账";
const withLedger = (...others: Ledger[]): Pick<Pack, "ledgers" | "roles" | "figures"> => ({
  roles,
  figures,
  ledgers: [...ledgers.filter(({ key }) => !others.some((one) => one.key === key)), ...others],
});
const field = { required: false, open: false, aliases: [], min: 0, hidden: false };

test("the same rights, fewer, and those of a new ledger are not wider", () => {
  expect(widened(now, { ...now, roles })).toEqual([]);
  expect(widened(now, withLedger({ ...leads, rights: { lead_custodian: ["read"] } }))).toEqual([]);
  expect(widened(now, withLedger({ ...leads, key: "notes", name: "便笺", rights: { cadre: ["read"] } }))).toEqual([]);
  expect(widened(now, { ledgers: ledgers.filter(({ key }) => key !== "leads"), roles, figures })).toEqual([]);
});

test("another role that reads, another verb, no list at all, and less sensitivity are wider", () => {
  const { rights: _rights, ...open } = leads;
  for (const wider of [
    { ...leads, rights: { ...leads.rights, office: ["read" as const] } },
    { ...leads, rights: { lead_custodian: ["read" as const, "delete" as const] } },
    open,
    { ...leads, sensitivity: "internal" as const },
    { ...leads, fields: leads.fields.map((one) => ({ ...one, sensitivity: undefined })) },
  ])
    expect(widened(now, withLedger(wider))).toEqual([named]);
  const tasks = ledgers.find(({ key }) => key === "tasks") as Ledger;
  expect(widened(now, withLedger({ ...tasks, rights: { office: ["read"], cadre: ["read"] } }))).toEqual([tasks.name]);
});

test("a column that shows what is kept from its readers is wider, through another ledger too", () => {
  const peek: Ledger = {
    ...leads,
    key: "peek",
    name: "速览",
    rights: { office: ["read"] },
    fields: [
      { ...field, name: "线索", type: "entry", ledger: "leads" },
      { ...field, name: "内容", type: "text", derive: "线索.摘要" },
    ],
  };
  const far: Ledger = {
    ...peek,
    key: "far",
    name: "转看",
    fields: [
      { ...field, name: "速览", type: "entry", ledger: "peek" },
      { ...field, name: "所见", type: "text", derive: "速览.内容" },
    ],
  };
  expect(widened(now, withLedger(peek))).toEqual([named]);
  expect(widened(now, withLedger({ ...peek, rights: { lead_custodian: ["read"] } }))).toEqual([]);
  expect(widened(now, withLedger({ ...peek, rights: { lead_custodian: ["read"] } }, far))).toEqual([named]);
  expect(widened(withLedger(peek), withLedger(peek))).toEqual([]);
});

test("a figure that counts anew what is kept from the office is wider; another name for one, or one of open ledgers, is not", () => {
  const figure = (key: string) => figures.find((one) => one.key === key) as Pack["figures"][number];
  const more = (...added: Pack["figures"]): string[] => widened(now, { ledgers, roles, figures: [...figures, ...added] });
  expect(more({ ...figure("leads"), key: "one", where: { 线索编号: "X1" } })).toEqual([named]);
  const { count: _count, ...bare } = figure("sessions");
  expect(
    more({ ...bare, key: "share", ratio: { of: { ledger: "leads", count: "entries" }, to: "sessions", percent: false } }),
  ).toEqual([named]);
  expect(more({ ...figure("sessions"), key: "own", where: { 主题: "专题学习" } })).toEqual([]);
  const renamed = figures.map((one) => (one.key === "leads" ? { ...one, name: "线索件数", text: "{n}件" } : one));
  expect(widened(now, { ledgers, roles, figures: renamed })).toEqual([]);
});
