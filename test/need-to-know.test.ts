/**
 * Need-to-know on every way out: in worlds made by chance, of units of which one moves, ledgers of every sensitivity, roles
 * and grants, each seat asks for everything in every way there is, and every byte of every answer is searched for what is
 * recorded. What comes back is what a small oracle says (`oracle/need-to-know.ts`), never more, and in lists never less.
 * NEED_SEED replays a world.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Campaign } from "#kernel/campaign.ts";
import { asOwner, sql, withScope, type Tx } from "#platform/db.ts";
import { putAccount } from "#features/access/access.model.ts";
import { operator } from "#features/access/asker.model.ts";
import { addGrant } from "#features/access/grants.model.ts";
import { beginSession } from "#features/access/sessions.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { recountUnits } from "#features/campaigns/totals.model.ts";
import { ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { createServer } from "../src/main.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import * as oracle from "./oracle/need-to-know.ts";
import { textsIn } from "./texts-in.ts";
import { clientOf, type Client, type Reply } from "./world.ts";
import { smallPack } from "./written-pack.ts";

const now = new Date("2023-06-15T02:00:00Z");
const today = "2023-06-15";
const seeds = process.env["NEED_SEED"] === undefined ? [20_230_616] : [Number(process.env["NEED_SEED"])];

/** Mulberry32: numbers from 0 to 1, the same for a seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const sensitivities = { open: "public", inner: "internal", staff: "personal", sealed: "restricted", named: "restricted" };
const ledgers = oracle.ledgerKeys.map((key) => ({
  key,
  name: `台账${key}`,
  unit: "单位",
  date: "日期",
  identity: ["编号"],
  sensitivity: sensitivities[key],
  ...(key === "named" ? { rights: { keeper: ["read", "export", "edit"], handler: ["read", "edit"] } } : {}),
  fields: [
    { name: "编号", required: true },
    { name: "单位", type: "unit", required: true },
    { name: "日期", type: "date" },
    { name: "对象", type: "person" },
    { name: "甲", sensitivity: "public" },
    { name: "乙", sensitivity: "personal" },
    { name: "丙", sensitivity: "restricted" },
    { name: "限期", type: "date" },
  ],
  lifecycle: {
    initial: "已登记",
    states: ["已登记", "已办"],
    transitions: [
      {
        name: "办理",
        from: ["已登记"],
        to: "已办",
        roles: ["office", "keeper", "handler"],
        within: { days: 5 },
        guard: { notSamePerson: true },
      },
      { name: "退回", from: ["已办"], to: "已登记", roles: ["office"], guard: { reason: true } },
    ],
  },
}));
const figures = oracle.ledgerKeys.flatMap((key) => [
  { key: `${key}.n`, name: `${key}件数`, unit: "件", ledger: key, count: "entries", date: "none" },
  { key: `${key}.words`, name: `${key}丙`, unit: "种", ledger: key, distinct: "丙", date: "none", text: "{values}" },
  { key: `${key}.last`, name: `${key}乙`, ledger: key, latest: "乙" },
  {
    key: `${key}.with`,
    name: `${key}有丙`,
    unit: "件",
    ledger: key,
    count: "entries",
    where: { 丙: { contains: "QZ1" } },
    date: "none",
  },
]);
const template = (key: string): string =>
  `---\nkey: t_${key}\nname: 列表${key}\nkind: 报告\ntitle: 列表${key}\n---\n{{${key}.n}}{{${key}.words}}\n\n\`\`\`table\ntitle: 记录\nledger: ${key}\ncolumns: [编号, 甲, 乙, 丙]\nlimit: 100\n\`\`\`\n`;
const roles = [
  { key: "office", name: "办公室", may: ["units", "people", "accounts", "grants", "packs", "documents"] },
  { key: "clerk", name: "联络员", ledgers: ["read", "record", "edit"] },
  { key: "viewer", name: "查看", ledgers: ["read", "export"], sees: "internal" },
  { key: "keeper", name: "专管", ledgers: ["read"], sees: "restricted" },
  { key: "handler", name: "承办", ledgers: ["read"] },
  { key: "cadre", name: "干部", everyone: true, ledgers: ["read"], sees: "public", may: [] },
];

interface Seat {
  name: string;
  given: oracle.Given;
  client: Client;
  /** Person behind the account. */
  person: number | null;
}
interface World {
  campaign: Campaign;
  units: oracle.Unit[];
  move: oracle.Move;
  records: (oracle.Kept & { about: number | null })[];
  seats: Seat[];
}

/** What stands in a field of a record, and is nowhere else: told from any other text by its shape. */
const canary = (index: number, letter: string): string => `QZ${index}${letter}QZ`;
const found = (text: string): Set<string> => new Set(text.match(/QZ\d+[abc]QZ/g));

async function openWorld(database: TestDatabase, seed: number): Promise<World> {
  const next = chance(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const key = `need${seed}`;
  const pack = await smallPack({
    key,
    ledgers,
    figures,
    roles,
    templates: Object.fromEntries(oracle.ledgerKeys.map((one) => [`${one}.md`, template(one)])),
  });
  const shape: (number | null)[] = [null];
  for (let index = 1; index < 10; index++) shape.push(below(index));
  const app = await createServer(database, { clock: () => now, logLevel: "silent" });
  servers.push(app);
  const campaign = await asOwner(database, "load", async (tx) => {
    await tx.query(sql`update sign_in_rules set second_factor = '{}'`);
    return storePack(tx, pack, now);
  });
  const { realm, root } = campaign;
  const names = shape.map((_, index) => `单位${index}`);
  const rows = shape.map((above, index) => ({
    code: `U${index}`,
    name: names[index] as string,
    kind: null,
    level: null,
    parent: above === null ? null : (names[above] as string),
    from: null,
    to: null,
  }));
  const ids = await asOwner(database, "units", async (tx) => {
    const made = await registerUnits(tx, realm, rows, root);
    await rebuildPaths(tx, realm, campaign.id, pack.rollUp);
    return made;
  });
  const units = shape.map((above, index) => ({ id: ids[index] as number, above }));
  // A unit that has somewhere else to go: not below itself.
  const inside = (unit: number, top: number): boolean =>
    unit === top || (shape[unit] !== null && shape[unit] !== undefined && inside(shape[unit], top));
  const movable = units.flatMap((_, unit) =>
    units.flatMap((__, above) => (unit > 0 && above !== shape[unit] && !inside(above, unit) ? [{ unit, above }] : [])),
  );
  const move = { ...pick(movable), day: "2023-05-10" };
  await asOwner(database, "move", async (tx) => {
    const [unit, above] = [ids[move.unit] as number, ids[move.above] as number];
    await tx.query(sql`update relations set to_day = ${move.day}::date where realm_id = ${realm} and unit_id = ${unit}`);
    await tx.query(
      sql`insert into relations (realm_id, unit_id, parent_id, kind, from_day) values (${realm}, ${unit}, ${above}, '隶属', ${move.day}::date)`,
    );
    await recountUnits(tx, campaign, await rebuildPaths(tx, realm, campaign.id, pack.rollUp));
  });
  const people = await asOwner(database, "people", (tx) =>
    registerPeople(
      tx,
      realm,
      Array.from({ length: 6 }, (_, index) => ({
        code: `P${seed}${index}`,
        name: `人员${index}`,
        unit: ids[below(ids.length)] as number,
        department: null,
        position: null,
        to: null,
      })),
    ),
  );
  const days = ["2023-03-10", "2023-04-20", "2023-05-09", "2023-05-10", "2023-06-01", null];
  const records = Array.from({ length: 45 }, (_, index) => ({
    id: randomUUID(),
    ledger: oracle.ledgerKeys[index % oracle.ledgerKeys.length] as oracle.LedgerKey,
    unit: below(units.length),
    day: pick(days),
    about: next() < 0.4 ? pick(people) : null,
  }));
  const doer = { account: null, unit: root, role: "operator", now };
  await withScope(database, operator(campaign).scope, async (tx) => {
    for (const [index, { id, ledger, unit, day, about }] of records.entries())
      await recordEntry(tx, campaign, realm, ledgerOf(campaign, ledger), doer, id, {
        编号: `N${index}`,
        单位: ids[unit] as number,
        甲: canary(index, "a"),
        乙: canary(index, "b"),
        丙: canary(index, "c"),
        限期: "2023-06-01",
        ...(day === null ? {} : { 日期: day }),
        ...(about === null ? {} : { 对象: about }),
      });
  });
  const seats: Seat[] = [];
  await asOwner(database, "seats", async (tx) => {
    for (let index = 0; index < 12; index++) {
      const person = next() < 0.5 ? pick(people) : null;
      const account = await putAccount(
        tx,
        {
          login: `${key}-${index}`,
          name: `账号${index}`,
          password: randomUUID(),
          realm,
          unit: ids[0] as number,
          ...(person === null ? {} : { person }),
        },
        now,
      );
      for (const given of [drawGrant(), drawGrant()]) {
        const grant = await addGrant(
          tx,
          {
            realm,
            campaign: campaign.id,
            account: account.id,
            role: given.role,
            unit: ids[given.unit] as number,
            reach: given.reach,
            units: given.units.map((unit) => ids[unit] as number),
            entries: given.entries,
            from: pick(["2023-01-01", today]),
            to: pick([null, today, "2023-12-31"]),
            giver: null,
            reason: "试",
          },
          now,
        );
        const { token } = await beginSession(tx, account, { address: "", agent: "" }, now, { proved: true });
        await tx.query(sql`update sessions set grant_id = ${grant} where token = sha256(${token}::bytea)`);
        seats.push({ name: `${given.role} ${given.reach} ${given.unit}`, given, client: clientOf(app, token), person });
      }
      // What is not in force gives nothing: ended, over, or not begun.
      await deadGrants(tx, campaign, account.id);
    }
  });
  function drawGrant(): oracle.Given {
    const reach = pick(["own", "subtree", "subtree", "units", "records"] as const);
    return {
      role: pick(oracle.roleKeys),
      unit: below(units.length),
      reach,
      units: reach === "units" ? [below(units.length), below(units.length)] : [],
      entries: reach === "records" ? [pick(records).id, pick(records).id, pick(records).id] : [],
    };
  }
  return { campaign, units, move, records, seats };
}

async function deadGrants(tx: Tx, campaign: Campaign, account: number): Promise<void> {
  const base = { realm: campaign.realm, campaign: campaign.id, account, role: "keeper", unit: campaign.root, giver: null };
  const dead = { ...base, reach: "subtree" as const, reason: "试" };
  await addGrant(tx, { ...dead, from: "2023-01-01", to: "2023-06-14" }, now);
  await addGrant(tx, { ...dead, from: "2023-06-16" }, now);
  const ended = await addGrant(tx, { ...dead, from: "2023-01-01" }, now);
  await tx.query(sql`update grants set ended_at = now(), end_reason = '试' where grant_id = ${ended}`);
}

const servers: { close(): Promise<unknown> }[] = [];
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.close();
});

let probes = 0;

describe.each(seeds)("world %i", (seed) => {
  let world: World;
  let api: string;
  beforeAll(async () => {
    world = await openWorld(database, seed);
    api = `/api/campaigns/${world.campaign.key}`;
  }, 120_000);

  /** Searches every byte of an answer. Returns the text that it holds. */
  async function nothingMore(seat: Seat, what: string, reply: Reply, also: readonly string[] = []): Promise<Set<string>> {
    const seen = found(await textsIn(reply));
    const allowed = new Set(also);
    for (const [index, record] of world.records.entries())
      for (const letter of oracle.lettersOf(world.units, world.move, seat.given, record)) allowed.add(canary(index, letter));
    probes += world.records.length * oracle.letters.length;
    expect({ seat: seat.name, what, more: [...seen].filter((one) => !allowed.has(one)) }).toEqual({
      seat: seat.name,
      what,
      more: [],
    });
    return seen;
  }
  const lettersOf = (seat: Seat, record: oracle.Kept): readonly oracle.Letter[] =>
    oracle.lettersOf(world.units, world.move, seat.given, record);

  test("lists, records, files and searches give what may be seen, all of it and nothing else", async () => {
    for (const seat of world.seats) {
      const { client, given } = seat;
      for (const ledger of oracle.ledgerKeys) {
        const readable = oracle.reads[given.role][ledger] !== undefined;
        const own = world.records.filter((one) => one.ledger === ledger);
        const list = await client.get(`${api}/ledgers/${ledger}/entries?limit=500&count=true`);
        const seen = await nothingMore(seat, `list ${ledger}`, list);
        expect([seat.name, ledger, list.status]).toEqual([seat.name, ledger, readable ? 200 : 404]);
        const expected = own.filter((one) => lettersOf(seat, one).length > 0);
        if (readable) {
          expect(list.body.total, `${seat.name} ${ledger}`).toBe(expected.length);
          expect(new Set(list.body.entries.map((one: { id: string }) => one.id))).toEqual(new Set(expected.map(({ id }) => id)));
          for (const one of expected)
            for (const letter of lettersOf(seat, one)) expect(seen).toContain(canary(world.records.indexOf(one), letter));
        }
        for (const format of ["csv", "xlsx"]) {
          const file = await client.get(`${api}/ledgers/${ledger}/export?format=${format}&reason=核对`);
          await nothingMore(seat, `export ${ledger}`, file);
          if (!oracle.exports[given.role].includes(ledger)) expect([403, 404]).toContain(file.status);
        }
        // What is not seen is not found, and is not asked about.
        for (const [index, one] of own.slice(0, 2).entries()) {
          for (const [name, letter] of [
            ["甲", "a"],
            ["乙", "b"],
            ["丙", "c"],
          ] as const) {
            const number = world.records.indexOf(one);
            const where = encodeURIComponent(JSON.stringify({ [name]: { contains: canary(number, letter) } }));
            const searched = await client.get(`${api}/ledgers/${ledger}/entries?where=${where}&count=true`);
            await nothingMore(seat, `search ${ledger}`, searched);
            const may = lettersOf(seat, one).includes(letter);
            const hidden = readable && !oracle.reads[given.role][ledger]?.includes(letter);
            expect([seat.name, ledger, name, index, searched.status, searched.body.total ?? null]).toEqual([
              seat.name,
              ledger,
              name,
              index,
              !readable ? 404 : hidden ? 400 : 200,
              !readable || hidden ? null : may ? 1 : 0,
            ]);
          }
          const sorted = await client.get(`${api}/ledgers/${ledger}/entries?sort=${encodeURIComponent("丙")}`);
          expect(sorted.status).toBe(!readable ? 404 : oracle.reads[given.role][ledger]?.includes("c") ? 200 : 400);
        }
      }
    }
  }, 300_000);

  test("a record that is not seen answers like one that does not exist, whatever is asked of it", async () => {
    const absent = randomUUID();
    for (const seat of world.seats) {
      const { client } = seat;
      let asked = 0;
      for (const record of world.records) {
        const visible = lettersOf(seat, record).length > 0;
        const got = await client.get(`${api}/entries/${record.id}`);
        await nothingMore(seat, "record", got);
        expect([seat.name, got.status]).toEqual([seat.name, visible ? 200 : 404]);
        if (visible || asked++ > 4) continue;
        for (const [method, path, body] of [
          ["PATCH", "", { version: 1, values: { 甲: "改" } }],
          ["POST", "/move", { version: 1, step: "办理" }],
          ["POST", "/delete", { version: 1, reason: "误录" }],
          ["GET", "/attachments", undefined],
        ] as const) {
          const ask = (id: string): Promise<Reply> =>
            method === "GET"
              ? client.get(`${api}/entries/${id}${path}`)
              : client.send(method, `${api}/entries/${id}${path}`, body);
          const [one, none] = [await ask(record.id), await ask(absent)];
          expect([seat.name, path, one.status, one.body]).toEqual([seat.name, path, none.status, none.body]);
        }
      }
    }
  }, 300_000);

  test("figures, what is behind them, reports, lists of what is due and waiting, and one's own record tell no more", async () => {
    const keys = figures.map(({ key }) => key).join(",");
    for (const seat of world.seats) {
      const { client, given } = seat;
      for (const unit of world.units) {
        const reply = await client.get(`${api}/figures?unit=${unit.id}&keys=${keys}&from=2023-01-01&to=2023-12-31&children=true`);
        await nothingMore(seat, "figures", reply);
        if (reply.status !== 200) continue;
        const index = world.units.indexOf(unit);
        for (const ledger of oracle.ledgerKeys) {
          const told = reply.body.units[0].figures.find((one: { key: string }) => one.key === `${ledger}.n`);
          const here = (one: oracle.Kept): boolean => (given.reach === "own" ? one.unit === index : countsAt(world, one, index));
          const counted = world.records.filter((one) => one.ledger === ledger && here(one)).length;
          const readable = oracle.reads[given.role][ledger] !== undefined;
          expect([seat.name, ledger, told.value]).toEqual([seat.name, ledger, readable || counted >= 3 ? counted : null]);
        }
      }
      for (const { key } of figures)
        await nothingMore(seat, `behind ${key}`, await client.get(`${api}/figures/${key}/records?from=2023-01-01&to=2023-12-31`));
      for (const path of [
        "waiting",
        "due",
        "recording",
        "campaigns",
        "documents",
        "reports",
        "imports",
        "groups",
        "people",
        "units",
        "figures/trend?keys=open.n",
        `figures/coverage?keys=${keys}`,
      ])
        await nothingMore(seat, path, await client.get(`${api}/${path}`));
      for (const ledger of oracle.ledgerKeys) {
        const made = await client.send("POST", `${api}/reports`, { template: `t_${ledger}`, draft: true });
        await nothingMore(seat, `report ${ledger}`, made);
      }
      const own = world.records.flatMap(({ ledger, about }, index) =>
        about !== null && about === seat.person && ledger !== "sealed" && ledger !== "named"
          ? [canary(index, "a"), canary(index, "b")]
          : [],
      );
      await nothingMore(seat, "own record", await client.get(`${api}/own-record?limit=500`), own);
    }
  }, 300_000);
});

/** A figure of a unit counts what was recorded below it on the day; what has no day, where its unit stands at the end. */
function countsAt(world: World, { unit, day }: oracle.Kept, top: number): boolean {
  const moved = day === null || day >= world.move.day;
  const whole = { role: "office", unit: top, reach: "subtree", units: [], entries: [] } as const;
  const never = { ...world.move, day: moved ? "0000-01-01" : "9999-01-01" };
  const [first] = [{ id: "", ledger: "open" as const, unit, day: "2023-01-01" }];
  // Only the tree after the move, or only the one before it.
  return moved
    ? oracle.covers(world.units, { ...never, day: "0000-01-01" }, whole, first)
    : oracle.covers(world.units, { ...world.move, unit: -1 }, whole, first);
}

test("there were as many looks as were promised", () => {
  expect(probes).toBeGreaterThan(100_000);
});
