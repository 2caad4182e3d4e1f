/** A small campaign with encrypted fields, and a server on it with accounts that may see them whole or only masked. */
import { clientOf, password, type Client } from "./world.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { asOwner, sql, type Database, type Tx } from "#platform/db.ts";
import { createServer } from "../src/main.ts";
import { openSmallCampaign, type SmallCampaign } from "./small-campaign.ts";

const rights = { liaison: ["read", "record", "edit", "delete", "export"], leader: ["read", "export"] };
const common = [
  { name: "单位", type: "unit", required: true },
  { name: "日期", type: "date" },
  { name: "来访人", required: true, encrypted: true, mask: "name" },
  { name: "电话", encrypted: true, mask: "phone" },
];

/** Visitors with a number, and calls without. */
const ledgers = [
  {
    key: "visits",
    name: "来访台账",
    unit: "单位",
    date: "日期",
    identity: ["编号"],
    rights,
    fields: [
      { name: "编号", required: true },
      ...common,
      { name: "证件", encrypted: true, mask: "identity" },
      { name: "内容", type: "longtext", encrypted: true, mask: "all", sensitivity: "restricted" },
      { name: "备注", encrypted: true },
      { name: "人数", type: "integer" },
    ],
  },
  { key: "calls", name: "来电台账", unit: "单位", date: "日期", rights, fields: common },
];
const figures = [
  { key: "visits", name: "来访件数", ledger: "visits", count: "entries" },
  { key: "phoned", name: "留电话件数", ledger: "visits", count: "entries", where: { 电话: { empty: false } } },
];

const roles = [
  { key: "liaison", name: "经办人", sees: "restricted" },
  { key: "leader", name: "领导", sees: "restricted" },
];
export const secretPack = { ledgers, figures, roles };

export const planted = {
  来访人: "欧阳清风",
  电话: "13987651234",
  证件: "110101199003071234",
  内容: "反映某科室负责人报销问题",
  备注: "约定周四下午复访",
};

export interface SecretCampaign {
  small: SmallCampaign;
  as(login: "clerk" | "leader"): Promise<Client>;
  /** Text of every row of every table. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

export async function openSecretCampaign(database: Database, key: string): Promise<SecretCampaign> {
  const small = await openSmallCampaign(database, key, [{ name: "东区" }], secretPack);
  const { campaign } = small;
  const time = new Date("2023-06-15T02:00:00Z");
  await asOwner(database, "accounts", async (tx) => {
    for (const [login, role] of [
      ["clerk", "liaison"],
      ["leader", "leader"],
    ] as const)
      await seatAccount(
        tx,
        campaign,
        { login: `${key}-${login}`, name: login, password, realm: campaign.realm, unit: small.id("东区"), role },
        time,
      );
  });
  const app = await createServer(database, { clock: () => time, logLevel: "silent" });
  const clients = new Map<string, Client>();
  return {
    small,
    async as(login) {
      const known = clients.get(login);
      if (known) return known;
      const { body } = await clientOf(app).send("POST", "/api/session", { login: `${key}-${login}`, password });
      const client = clientOf(app, body.token);
      clients.set(login, client);
      return client;
    },
    everything: () => asOwner(database, "dump", dumpText),
    close: () => app.close(),
  };
}

async function dumpText(tx: Tx): Promise<string> {
  const tables = await tx.query<{ name: string }>(
    sql`select quote_ident(c.relname) as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
  );
  const texts: string[] = [];
  const client = await tx.client();
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join("\n");
}
