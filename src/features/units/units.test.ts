import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, openDatabase, sql, type Database } from "#platform/db.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase, type Database as Server } from "#platform/postgres.ts";
import { findUnitByName, listRelations, registerUnits, type UnitRow } from "./units.model.ts";

let folder: string;
let server: Server;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "units-"));
  server = await startDatabase({ dataDir: folder, purpose: "tool" });
  database = openDatabase(server.connection);
  await migrate(database);
}, 60_000);
afterAll(async () => {
  await database.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test("an organisation's own unit may bear the name of the campaign's root", async () => {
  await asOwner(database, "test", async (tx) => {
    const { realm } = (await tx.one<{ realm: number }>(
      sql`insert into realms (key, name) values ('customs', '驻署纪检监察组') returning realm_id as realm`,
    )) as { realm: number };
    const { root } = (await tx.one<{ root: number }>(
      sql`insert into units (realm_id, name, kind) values (${realm}, '驻署纪检监察组', '活动范围') returning unit_id as root`,
    )) as { root: number };
    const row = (code: string, name: string, kind: string, parent: string | null): UnitRow => ({
      code,
      name,
      kind,
      parent,
      level: null,
      from: null,
      to: null,
    });
    const rows = [
      row("HG00", "驻署纪检监察组", "驻署纪检监察组", null),
      row("HG01", "太原海关", "直属海关单位", "驻署纪检监察组"),
    ];
    const [own, customs] = (await registerUnits(tx, realm, rows, root)) as [number, number];
    expect(await registerUnits(tx, realm, rows, root)).toEqual([own, customs]);
    expect(own).not.toBe(root);
    expect((await findUnitByName(tx, [realm], "驻署纪检监察组"))?.id).toBe(own);
    const parents = new Map((await listRelations(tx, realm)).map(({ unit, parent }) => [unit, parent]));
    expect([parents.get(own), parents.get(customs)]).toEqual([root, own]);
  });
});

test("a unit may name the root, or a short name, as the unit above it", async () => {
  await asOwner(database, "test", async (tx) => {
    const { realm } = (await tx.one<{ realm: number }>(
      sql`insert into realms (key, name) values ('group', '集团纪委') returning realm_id as realm`,
    )) as { realm: number };
    const { root } = (await tx.one<{ root: number }>(
      sql`insert into units (realm_id, name, kind) values (${realm}, '集团纪委', '活动范围') returning unit_id as root`,
    )) as { root: number };
    const row = (code: string, name: string, parent: string | null, aliases: string[] = []): UnitRow => ({
      code,
      name,
      kind: null,
      parent,
      level: null,
      from: null,
      to: null,
      aliases,
    });
    const rows = [row("01", "北岭煤业公司", "集团纪委", ["北岭煤业"]), row("0101", "北岭一矿", "北岭煤业")];
    const [company, mine] = (await registerUnits(tx, realm, rows, root)) as [number, number];
    const parents = new Map((await listRelations(tx, realm)).map(({ unit, parent }) => [unit, parent]));
    expect([parents.get(company), parents.get(mine)]).toEqual([root, company]);
    expect(await registerUnits(tx, realm, [row("01", "北岭煤业公司", null, ["煤业公司"])], root)).toEqual([company]);
    expect((await findUnitByName(tx, [realm], "煤业公司"))?.id).toBe(company);
    expect((await findUnitByName(tx, [realm], "北岭煤业"))?.id).toBe(company);
  });
});
