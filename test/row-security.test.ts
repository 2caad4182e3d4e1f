/**
 * Need-to-know as the database itself enforces it, asked in raw SQL in the roles of requests: whatever the program's own
 * queries forget, nobody sees or writes what lies outside their scope.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listSubtree } from "#features/units/units.model.ts";
import { asOwner, raw, sql, withScope, type Scope, type Sql, type Tx } from "#platform/db.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { openSmallCampaign, type Place, type SmallCampaign } from "./small-campaign.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Tables with rows of units: what is recorded, and what comes of it. */
const recorded = [
  "entries",
  "entry_events",
  "attachments",
  "attachment_parts",
  "figure_deltas",
  "figure_cells",
  "figure_sets",
  "imports",
  "import_mappings",
  "reports",
  "report_figures",
  "documents",
  "document_updates",
  "document_presence",
  "unit_changes",
  "responses",
  "corrections",
  "correction_steps",
];
/** Tables that everyone within a realm sees. */
const known = [
  "units",
  "relations",
  "unit_paths",
  "inner_units",
  "counted",
  "figure_members",
  "people",
  "groups",
  "group_members",
];
/** Tables whose rows are one account's. */
const personal = ["drafts", "views"];
/** Tables that requests do not reach at all. */
const hidden = [
  "accounts",
  "sessions",
  "grants",
  "audit",
  "setup_codes",
  "log_batches",
  "log_removals",
  "migrations",
  "key_checks",
  "encrypted_ledgers",
  "sign_in_rules",
  "sign_in_tries",
  "second_factors",
  "recovery_codes",
  "activations",
  "api_tokens",
  "sso_flows",
  "sso_subjects",
];
/** Reference tables: the same for all realms. */
const reference = ["realms", "packs", "campaigns", "measures"];
const appendOnly = [
  "entry_events",
  "figure_deltas",
  "imports",
  "reports",
  "report_figures",
  "document_updates",
  "responses",
  "correction_steps",
];
const roles = ["yibenzhang_app", "yibenzhang_whole", "yibenzhang_named"] as const;

const names = (tx: Tx, kind: string): Promise<string[]> =>
  tx
    .query<{ name: string }>(
      sql`select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = ${kind} order by 1`,
    )
    .then((rows) => rows.map((row) => row.name));

/** A row of each kind for each unit, beside the entries. */
async function fill(small: SmallCampaign): Promise<void> {
  const { campaign } = small;
  const { realm } = campaign;
  const at = "2023-05-01T00:00:00Z";
  await asOwner(database, "fill", async (tx) => {
    await tx.query(
      sql`insert into figure_members (realm_id, campaign_id, key, member) values (${realm}, ${campaign.id}, '1', 1)`,
    );
    await tx.query(sql`insert into figure_sets (realm_id, campaign_id, unit_id, measure_id, days, day, bits)
      select distinct ${realm}::integer, ${campaign.id}::integer, unit_id, 1, 1, date '2023-03-10', '1'::varbit from figure_cells where realm_id = ${realm}`);
    for (const [name, unit] of small.ids) {
      const [row] = await tx.query<{ id: string }>(sql`select gen_random_uuid() as id`);
      const id = row?.id;
      await tx.query(
        sql`insert into imports (realm_id, import_id, campaign_id, unit_id, at, file, sha256, result) values (${realm}, ${id}, ${campaign.id}, ${unit}, ${at}, ${name}, '', '{}')`,
      );
      await tx.query(
        sql`insert into import_mappings (realm_id, campaign_id, unit_id, ledger, heading, field) values (${realm}, ${campaign.id}, ${unit}, 'book', ${name}, '编号')`,
      );
      await tx.query(sql`insert into reports (realm_id, report_id, campaign_id, unit_id, template, title, from_day, to_day, as_of, pack_id, code, created_at)
        values (${realm}, ${id}, ${campaign.id}, ${unit}, 't', ${name}, '2023-03-03', '2023-05-14', ${at}, ${campaign.packId}, ${id}, ${at})`);
      await tx.query(sql`insert into report_figures (realm_id, report_id, position, unit_id, figure, definition, shown, from_day, to_day, records, digest)
        values (${realm}, ${id}, 1, ${unit}, 'times', '{}', '1场', '2023-03-03', '2023-05-14', 1, '')`);
      await tx.query(sql`insert into documents (realm_id, document_id, campaign_id, unit_id, about_unit_id, kind, title, from_day, to_day, author_name, created_at, updated_by, updated_at)
        values (${realm}, ${id}, ${campaign.id}, ${unit}, ${unit}, '报告', ${name}, '2023-03-03', '2023-05-14', '', ${at}, '', ${at})`);
      await tx.query(
        sql`insert into document_updates (realm_id, document_id, seq, unit_id, change, at) values (${realm}, ${id}, 1, ${unit}, '\\x0000', ${at})`,
      );
      await tx.query(
        sql`insert into document_presence (realm_id, document_id, account_id, unit_id, name, seen_at) values (${realm}, ${id}, 1, ${unit}, '', ${at})`,
      );
      await tx.query(
        sql`insert into audit (realm_id, at, action, unit_id, result) values (${realm}, ${at}, 'look', ${unit}, 'ok')`,
      );
      await tx.query(sql`insert into attachments (realm_id, attachment_id, campaign_id, ledger, unit_id, entry_id, name, sent_bytes, sent_sha256, begun_at)
        values (${realm}, ${id}, ${campaign.id}, 'book', ${unit}, ${id}, ${name}, 1, '', ${at})`);
      await tx.query(
        sql`insert into attachment_parts (realm_id, attachment_id, part, ledger, entry_id, unit_id, content) values (${realm}, ${id}, 0, 'book', ${id}, ${unit}, ${Buffer.from("x")})`,
      );
      await tx.query(
        sql`insert into drafts (realm_id, campaign_id, account_id, key, content, at) values (${realm}, ${campaign.id}, ${unit}, 'a', '{}', ${at})`,
      );
      await tx.query(sql`insert into views (realm_id, view_id, campaign_id, ledger, account_id, name, shown, at)
        values (${realm}, ${id}, ${campaign.id}, 'book', ${unit}, ${name}, '{}', ${at})`);
      await tx.query(sql`insert into responses (realm_id, entry_id, person_id, version, campaign_id, ledger, unit_id, entry_version, words, actor, at)
        values (${realm}, ${id}, 1, 1, ${campaign.id}, 'book', ${unit}, 1, '', 1, ${at})`);
      await tx.query(sql`insert into corrections (realm_id, correction_id, campaign_id, ledger, unit_id, entry_id, person_id, field, wanted, why, evidence, state, due_day)
        values (${realm}, ${id}, ${campaign.id}, 'book', ${unit}, ${id}, 1, '编号', '', '', '', 'asked', '2023-05-16')`);
      await tx.query(sql`insert into correction_steps (realm_id, correction_id, seq, entry_id, ledger, unit_id, step, actor, at)
        values (${realm}, ${id}, 1, ${id}, 'book', ${unit}, 'ask', 1, ${at})`);
      await tx.query(sql`insert into unit_changes (realm_id, campaign_id, unit_id, kind, words, images, at)
        values (${realm}, ${campaign.id}, ${unit}, 'rename', '{}', '{}', ${at})`);
      const group = sql`insert into groups (realm_id, campaign_id, unit_id, kind, name) values (${realm}, ${campaign.id}, ${unit}, '专班', ${name}) returning realm_id, group_id`;
      await tx.query(
        sql`with made as (${group}) insert into group_members (realm_id, group_id, unit_id, role) select realm_id, group_id, ${unit}, '成员' from made`,
      );
      await tx.query(sql`insert into people (realm_id, name) values (${realm}, ${name})`);
      await tx.query(
        sql`insert into posts (realm_id, person_id, unit_id) select realm_id, max(person_id), ${unit} from people where realm_id = ${realm} group by realm_id`,
      );
    }
  });
}

const tree: Place[] = [
  { name: "局" },
  { name: "甲处", parent: "局" },
  { name: "甲科", parent: "甲处" },
  { name: "乙处", parent: "局" },
  { name: "乙科", parent: "乙处" },
];

async function filled(key: string, places = tree): Promise<SmallCampaign> {
  const small = await openSmallCampaign(database, key, places);
  for (const { name } of places) await small.record(name, "2023-03-10", 1);
  await small.fold();
  for (const { name } of places) await small.record(name, "2023-04-10", 2);
  await fill(small);
  return small;
}

/** Units of the rows that a scope sees in a table. */
const seen = (scope: Scope, table: string): Promise<number[]> =>
  withScope(database, scope, async (tx) =>
    (await tx.query<{ unit: number }>(sql`select distinct unit_id as unit from ${raw(table)} order by 1`)).map((row) => row.unit),
  );
const count = (tx: Tx, table: string): Promise<number> =>
  tx.one<{ n: number }>(sql`select count(*) as n from ${raw(table)}`).then((row) => row?.n ?? 0);

/** Runs as a role without any scope, and rolls back. */
async function unscoped<T>(role: string, run: (tx: Tx) => Promise<T>): Promise<T> {
  return asOwner(database, "unscoped", async (tx) => {
    await tx.query(sql`set local role ${raw(role)}`);
    return run(tx);
  });
}
/** A row as the owner sees it, and the same put in again. */
const someRow = (table: string, where: Sql): Promise<string | undefined> =>
  asOwner(database, "look", (tx) =>
    tx.one<{ row: string }>(sql`select to_jsonb(t)::text as row from ${raw(table)} t where ${where} limit 1`),
  ).then((found) => found?.row);
const insert = (tx: Tx, table: string, row: string): Promise<object[]> =>
  tx.query(sql`insert into ${raw(table)} select * from jsonb_populate_record(null::${raw(table)}, ${row}::jsonb)`);
const code = (error: unknown): string => String((error as { code?: string }).code);
const refusal = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => "done", code);
const notAllowed = "42501";

describe("tables", () => {
  it("are each of one of the known kinds, and none belongs to a role of requests", async () => {
    await asOwner(database, "look", async (tx) => {
      const all = await names(tx, "r");
      const expected = [...recorded, ...known, ...personal, ...reference, "posts", ...hidden];
      // A new table has to be given its place here, and its policies with it.
      expect(all.filter((name) => !expected.includes(name))).toEqual([]);
      const owned = await tx.query(
        sql`select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where c.relnamespace = 'public'::regnamespace and r.rolname = any(${[...roles]}::text[])`,
      );
      expect(owned).toEqual([]);
      const power = await tx.query(
        sql`select rolname from pg_roles where rolname = any(${[...roles]}::text[]) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin)`,
      );
      expect(power).toEqual([]);
    });
  });

  it("with a realm are all under row-level security", async () => {
    const open = await asOwner(database, "look", (tx) =>
      tx.query<{
        name: string;
      }>(sql`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'realm_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
          and (has_table_privilege('yibenzhang_app', c.oid, 'select,insert,update,delete') or has_table_privilege('yibenzhang_whole', c.oid, 'select,insert,update,delete')) order by 1`),
    );
    expect(open.map((row) => row.name)).toEqual(["realms"]);
  });

  it("that are none of their business are out of reach of requests", async () => {
    for (const role of roles)
      for (const table of hidden) expect(await refusal(unscoped(role, (tx) => count(tx, table)))).toBe(notAllowed);
  });
});

describe("without a scope", () => {
  it("nothing is visible in any table", async () => {
    await filled("unscoped");
    for (const role of roles)
      for (const table of [...recorded, ...known, ...personal, "posts"]) {
        expect({ table, any: (await asOwner(database, "look", (tx) => count(tx, table))) > 0 }).toEqual({ table, any: true });
        const rows = await unscoped(role, (tx) => count(tx, table)).catch((error: { code: string }) => error.code);
        // Who handles listed records reaches few tables at all.
        expect({ role, table, rows }).toEqual({ role, table, rows: role === "yibenzhang_named" && rows !== 0 ? notAllowed : 0 });
      }
  });

  it("nothing can be written in any table", async () => {
    const small = await filled("unwritable");
    for (const role of roles)
      for (const table of await asOwner(database, "look", (tx) => names(tx, "r"))) {
        // A row as there is one already: refused by right or by policy, before any constraint is looked at.
        const row = await someRow(table, sql`true`);
        const add = row && (await refusal(unscoped(role, (tx) => insert(tx, table, row))));
        expect({ role, table, add: add ?? notAllowed }).toEqual({ role, table, add: notAllowed });
        const remove = await unscoped(role, (tx) => tx.query(sql`delete from ${raw(table)} returning 1`)).catch(code);
        expect({ role, table, remove }).toEqual({ role, table, remove: personal.includes(table) ? [] : notAllowed });
      }
    for (const role of roles) {
      const changed = await unscoped(role, (tx) => tx.query(sql`update entries set data = '{}' returning 1`));
      expect(changed).toEqual([]);
    }
    await small.expectSound();
  });
});

describe("a unit's own scope", () => {
  let small: SmallCampaign;
  let scope: Scope;
  beforeAll(async () => {
    small = await filled("liaison");
    scope = { actor: 7, realms: [small.campaign.realm], units: [small.id("甲处"), small.id("甲科")], ledgers: ["book"] };
  });

  it("sees of what is recorded its own subtree and nothing else", async () => {
    for (const table of [...recorded, "posts"]) {
      // Leaves keep no totals of their own.
      const expected = /^figure_(cells|sets)$/.test(table) ? [small.id("甲处")] : [small.id("甲处"), small.id("甲科")];
      expect({ table, units: await seen(scope, table) }).toEqual({ table, units: expected });
    }
  });

  it("is given the same figures of it as the top is", async () => {
    for (const name of ["甲处", "甲科"])
      expect(await small.ask(name, undefined, undefined, scope)).toEqual(await small.ask(name));
    // Of what lies outside it, nothing counts.
    expect(await small.ask("乙科", undefined, undefined, scope)).toMatchObject({ times: 0, attended: 0 });
  });

  it("writes there and nowhere else, and cannot move what it has out of reach or take what others have", async () => {
    const { realm } = small.campaign;
    const write = (unit: number, inRealm = realm): Promise<string> =>
      refusal(
        withScope(database, scope, (tx) =>
          tx.query(
            sql`insert into figure_deltas (realm_id, campaign_id, unit_id, day, measures, amounts) values (${inRealm}, 1, ${unit}, '2023-03-10', '{}', '{}')`,
          ),
        ),
      );
    expect(await write(small.id("甲科"))).toBe("done");
    expect(await write(small.id("乙科"))).toBe(notAllowed);
    expect(await write(small.id("局"))).toBe(notAllowed);
    expect(await write(small.id("甲科"), realm + 1000)).toBe(notAllowed);
    for (const table of recorded) {
      const row = await someRow(table, sql`realm_id = ${realm} and unit_id = ${small.id("乙处")}`);
      const add = row && (await refusal(withScope(database, scope, (tx) => insert(tx, table, row))));
      // Whatever waits to be folded may have been folded.
      expect({ table, add: add ?? table }).toEqual({ table, add: add === undefined ? "figure_deltas" : notAllowed });
    }
    const away = withScope(database, scope, (tx) =>
      tx.query(sql`update entries set unit_id = ${small.id("乙科")} where unit_id = ${small.id("甲科")}`),
    );
    expect(await refusal(away)).toBe(notAllowed);
    const taken = await withScope(database, scope, (tx) =>
      tx.query(sql`update entries set unit_id = ${small.id("甲科")} where unit_id = ${small.id("乙科")} returning 1`),
    );
    expect(taken).toEqual([]);
  });

  it("cannot leave itself: neither role nor settings of the connection outlast the transaction", async () => {
    const after = await asOwner(database, "look", (tx) =>
      tx.one(
        sql`select current_user = session_user as same, current_setting('app.units', true) as units, current_setting('app.realms', true) as realms`,
      ),
    );
    expect(after).toMatchObject({ same: true });
    const one = database.open();
    await withScope(one, scope, (tx) => count(tx, "entries"));
    const left = await asOwner(one, "look", (tx) =>
      tx.one(sql`select coalesce(current_setting('app.units', true), '') as units`),
    );
    expect(left).toEqual({ units: "" });
    await one.close();
  });
});

describe("what is one account's", () => {
  it("is seen, changed and removed by that account only; a shared view is read by others", async () => {
    const small = await filled("personal");
    const { realm } = small.campaign;
    const scopeOf = (actor: number): Scope => ({ actor, realms: [realm], units: "whole", ledgers: ["book"] });
    const [mine, yours] = [small.id("甲处"), small.id("乙处")];
    for (const table of personal) {
      const all = (actor: number) =>
        withScope(database, scopeOf(actor), (tx) =>
          tx.query<{ account_id: number }>(sql`select account_id from ${raw(table)} order by 1`),
        );
      expect(await all(mine)).toEqual([{ account_id: mine }]);
      const row = await someRow(table, sql`realm_id = ${realm} and account_id = ${yours}`);
      expect(await refusal(withScope(database, scopeOf(mine), (tx) => insert(tx, table, row ?? "")))).toBe(notAllowed);
      const taken = await withScope(database, scopeOf(mine), (tx) =>
        tx.query(sql`update ${raw(table)} set at = now() where account_id = ${yours} returning 1`),
      );
      expect(taken).toEqual([]);
      await withScope(database, scopeOf(mine), (tx) => tx.query(sql`delete from ${raw(table)} where account_id = ${yours}`));
      expect(await all(yours)).toEqual([{ account_id: yours }]);
    }
    await withScope(database, scopeOf(yours), (tx) => tx.query(sql`update views set unit_id = ${yours}`));
    const seenViews = await withScope(database, scopeOf(mine), (tx) => tx.query(sql`select 1 from views`));
    expect(seenViews).toHaveLength(2);
    const changed = await withScope(database, scopeOf(mine), (tx) =>
      tx.query(sql`update views set name = '' where account_id = ${yours} returning 1`),
    );
    expect(changed).toEqual([]);
  });
});

describe("append-only tables", () => {
  it("refuse to change and to remove, whoever asks", async () => {
    const small = await filled("append");
    const scopes: Scope[] = [
      small.scope,
      { actor: null, realms: [small.campaign.realm], units: [...small.ids.values()], ledgers: ["book"] },
    ];
    for (const scope of scopes)
      for (const table of appendOnly) {
        const change = refusal(withScope(database, scope, (tx) => tx.query(sql`update ${raw(table)} set realm_id = realm_id`)));
        expect({ table, change: await change }).toEqual({ table, change: notAllowed });
        const remove = refusal(withScope(database, scope, (tx) => tx.query(sql`delete from ${raw(table)}`)));
        expect({ table, remove: await remove }).toEqual({ table, remove: notAllowed });
        const empty = refusal(withScope(database, scope, (tx) => tx.query(sql`truncate ${raw(table)} cascade`)));
        expect({ table, empty: await empty }).toEqual({ table, empty: notAllowed });
      }
    // Entries change by a new version, and go by a state: nothing removes one.
    for (const scope of scopes)
      expect(await refusal(withScope(database, scope, (tx) => tx.query(sql`delete from entries`)))).toBe(notAllowed);
  });

  it("figures, units, people and definitions are not written by requests at all", async () => {
    const small = await filled("fixed");
    for (const table of [...known, ...reference, "posts", "figure_cells"]) {
      const change = refusal(
        withScope(database, small.scope, (tx) => tx.query(sql`insert into ${raw(table)} select * from ${raw(table)}`)),
      );
      expect({ table, change: await change }).toEqual({ table, change: notAllowed });
    }
  });
});

describe("a viewer of whole realms", () => {
  it("sees the realms given and no other", async () => {
    const [one, two] = [await filled("realm-one"), await filled("realm-two")];
    for (const small of [one, two])
      for (const table of [...recorded, ...known, "posts"]) {
        const scope: Scope = { actor: null, realms: [small.campaign.realm], units: "whole", ledgers: ["book"] };
        const realms = await withScope(database, scope, (tx) => tx.query(sql`select distinct realm_id from ${raw(table)}`));
        expect({ table, realms }).toEqual({ table, realms: [{ realm_id: small.campaign.realm }] });
      }
    const both: Scope = { actor: null, realms: [one.campaign.realm, two.campaign.realm], units: "whole", ledgers: ["book"] };
    const realms = await withScope(database, both, (tx) => tx.query(sql`select distinct realm_id from entries order by 1`));
    expect(realms).toEqual(both.realms.map((realm_id) => ({ realm_id })));
    const none: Scope = { actor: null, realms: [], units: "whole", ledgers: ["book"] };
    expect(await withScope(database, none, (tx) => count(tx, "entries"))).toBe(0);
  });
});

it("holds for any tree and any set of units", { timeout: 60_000 }, async () => {
  let serial = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(8), { minLength: 1, maxLength: 7 }),
      fc.array(fc.array(fc.nat(8), { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      async (parents, choices) => {
        const places = parents.map((parent, index): Place => {
          const above = parent % (index + 1);
          return { name: `单位${index + 1}`, ...(above === 0 ? {} : { parent: `单位${above}` }) };
        });
        const small = await filled(`tree${++serial}`, places);
        const everyone = [...small.ids.values()];
        const all = await Promise.all([...recorded, "posts"].map((table) => seen(small.scope, table)));
        for (const choice of choices) {
          const units = [...new Set(choice.map((index) => everyone[index % everyone.length] as number))].toSorted(
            (a, b) => a - b,
          );
          const scope: Scope = { actor: null, realms: [small.campaign.realm], units, ledgers: ["book"] };
          // Somebody of each unit, who sees what has ever been below it, is told of it what the top is told.
          const below = await asOwner(database, "look", (tx) => listSubtree(tx, small.campaign.id, units[0] ?? 0));
          const name = [...small.ids].find(([, id]) => id === units[0])?.[0];
          if (name !== undefined)
            expect(await small.ask(name, "2023-03-01", "2023-03-31", { ...scope, units: below })).toEqual(
              await small.ask(name, "2023-03-01", "2023-03-31"),
            );
          for (const [index, table] of [...recorded, "posts"].entries())
            expect({ table, units: await seen(scope, table) }).toEqual({
              table,
              units: all[index]?.filter((unit) => units.includes(unit)),
            });
        }
      },
    ),
    { numRuns: 8, seed: 20230303 },
  );
});
