/** One organisation with its ledgers, twice: in the database, through the product's own functions, and as plain objects. */
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { operator } from "#features/access/asker.model.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { recountAll, recountUnits, verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { importFile } from "#features/exchange/import.model.ts";
import { foldBatch } from "#features/figures/cells.model.ts";
import { changeEntry, getEntry, recordEntry } from "#features/ledgers/ledgers.model.ts";
import { moveEntry } from "#features/ledgers/move-entry.model.ts";
import type { Doer, Values } from "#features/ledgers/ledgers.types.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { registerPeople, transfer } from "#features/people/people.model.ts";
import { mergeUnit, moveUnit, registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import type { RelationKind } from "#features/units/units.types.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger, Pack } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, sql, withScope, type Database, type Tx } from "#platform/db.ts";
import { kinds } from "./definitions.ts";
import type { Books, Version } from "./figures.ts";
import { always, hasCycle } from "./organisation.ts";
import type { Step, ValueDrafts } from "./steps.ts";

export interface World {
  database: Database;
  campaign: Campaign;
  /** The first version; then the other two in turn. */
  packs: readonly [Pack, Pack, Pack];
  books: Books;
  /** Content that each record was last imported with. */
  imported: Map<string, string>;
  numbers: number;
  clock: number;
}

/** Depth and breadth of the tree: each unit's parent among those before it, 0 the top. */
export async function createWorld(database: Database, packs: World["packs"], parents: number[], staff: number[]): Promise<World> {
  const now = new Date("2023-03-03T08:00:00Z");
  return asOwner(database, "set up", async (tx) => {
    const campaign = await storePack(tx, packs[0], now);
    const units = parents.map((parent, index) => ({
      id: 0,
      code: `U0${index + 1}`,
      name: `单位0${index + 1}`,
      kind: kinds[index % kinds.length] as string,
      parent: parent % (index + 1),
    }));
    const rows = units.map(({ code, name, kind, parent }) => ({
      code,
      name,
      kind,
      level: null,
      from: null,
      to: null,
      parent: parent === 0 ? null : (units[parent - 1]?.name ?? null),
    }));
    const ids = await registerUnits(tx, campaign.realm, rows, campaign.root);
    const all = [campaign.root, ...ids];
    await recountUnits(tx, campaign, await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp));
    const people = staff.map((unit, index) => ({
      code: `P000${index}`,
      name: `干部${index}`,
      unit: all[unit % all.length] as number,
    }));
    const peopleIds = await registerPeople(
      tx,
      campaign.realm,
      people.map((one) => ({ ...one, department: null, position: null, to: null })),
    );
    return {
      database,
      campaign,
      packs,
      numbers: 0,
      clock: now.getTime(),
      imported: new Map(),
      books: {
        pack: packs[0],
        firstWeek: "2023-02-27",
        today: new Date().toISOString().slice(0, 10),
        records: new Map(),
        organisation: {
          root: campaign.root,
          rollUp: campaign.pack.rollUp,
          units: [
            { id: campaign.root, name: packs[0].campaign?.organ ?? "", code: null, kind: "活动范围" },
            ...units.map((unit, index) => ({ ...unit, id: ids[index] as number })),
          ],
          relations: units.map((unit, index) => ({
            unit: ids[index] as number,
            parent: all[unit.parent] as number,
            kind: "隶属",
            ...always,
          })),
          people: people.map((one, index) => ({
            ...one,
            id: peopleIds[index] as number,
            posts: [{ unit: one.unit, ...always }],
          })),
        },
      },
    };
  });
}

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const unitIds = (world: World): number[] => world.books.organisation.units.map((unit) => unit.id);

/** One second later. */
function tick(world: World): Doer {
  world.clock += 1000;
  return { account: null, unit: world.campaign.root, role: "operator", now: new Date(world.clock) };
}

/** Values as they are stored, for drafts. */
function valuesOf(world: World, ledger: Ledger, drafts: ValueDrafts): Values {
  const { units, people } = world.books.organisation;
  const places = ledger.fields.find((field) => field.name === "金额")?.decimals ?? 0;
  // The top itself is nobody's unit in a file; people and units are known by what stands in their ledgers.
  const unit = (one: number | string): number | string => (typeof one === "number" ? pick(units.slice(1), one).id : one);
  const person = (one: number | string): number | string =>
    typeof one === "number" && people.length > 0 ? pick(people, one).id : "外人丙";
  const { 金额: amount, 关联: link, 组织单位: owner, 承办单位: organ, 人员: one, 参加人员: many, 状态: state, ...plain } = drafts;
  return {
    ...(plain as Values),
    组织单位: unit(owner),
    ...(organ === undefined ? {} : { 承办单位: unit(organ) }),
    ...(one === undefined ? {} : { 人员: typeof one === "string" ? one : person(one) }),
    ...(many === undefined
      ? {}
      : { 参加人员: [...new Set(many.map((each) => (typeof each === "string" ? each : person(each))))] }),
    ...(amount === undefined ? {} : { 金额: Math.trunc(amount / 10 ** (3 - Math.min(places, 3))) / 10 ** Math.min(places, 3) }),
    ...(link === undefined ? {} : { 关联: `A${(link % (world.numbers + 1)) + 1}` }),
    ...(state !== undefined && ledger.lifecycle ? { 状态: state } : {}),
  };
}

/** Where a record with these values belongs, by the ledger's `unit` and `date`. */
function place(ledger: Ledger, values: Values, otherwise: number): Pick<Version, "unit" | "day" | "data"> {
  const owner = ledger.unit === undefined ? undefined : values[ledger.unit];
  const date = ledger.date === undefined ? undefined : values[ledger.date];
  const data = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== null && name !== "状态"));
  return {
    unit: typeof owner === "number" ? owner : otherwise,
    day: typeof date !== "string" ? null : date.length === 7 ? `${date}-01` : date,
    data,
  };
}

function append(world: World, version: Version): void {
  const old = world.books.records.get(version.id) ?? [];
  world.books.records.set(version.id, [...old, version]);
}

/** What is said of a record, in one order; a removed value says nothing. */
const told = (values: Record<string, unknown>): unknown[] =>
  Object.keys(values)
    .filter((name) => values[name] !== null)
    .toSorted((one, two) => (one < two ? -1 : 1))
    .map((name) => [name, values[name]]);
const same = (one: Version, two: Version): boolean =>
  JSON.stringify([one.unit, one.state, one.deleted, told(one.data)]) ===
  JSON.stringify([two.unit, two.state, two.deleted, told(two.data)]);

/** Where the person of a record had their post on its day (now, if it has none); the sender if there is nobody. */
function homeOf(world: World, ledger: Ledger, values: Values, sender: number): number {
  const { day } = place(ledger, values, sender);
  const person = world.books.organisation.people.find((one) => one.id === values["人员"]);
  const post = person?.posts.find((one) => (day === null ? one.to === always.to : one.from <= day && day < one.to));
  return post?.unit ?? sender;
}

/** What a change makes of a record; nothing if it changes nothing. */
function appendChange(world: World, old: Version, next: Partial<Version>, at: string): void {
  const version = { ...old, ...next, version: old.version + 1, at };
  if (!same(old, version)) append(world, version);
}

const ledgerAt = (world: World, index: number): Ledger => pick([...world.campaign.ledgers.values()], index);
const current = (world: World): Version[] => [...world.books.records.values()].map((versions) => versions.at(-1) as Version);
const live = (world: World): Version[] => current(world).filter((one) => !one.deleted);

/** The path of a request: the whole scope, in one transaction, the campaign read in it. */
const acting = <T>(world: World, run: (tx: Tx, campaign: Campaign) => Promise<T>): Promise<T> =>
  withScope(world.database, operator(world.campaign).scope, async (tx) => run(tx, await getCampaign(tx, world.campaign.key)));

export async function take(world: World, step: Exclude<Step, { do: "ask" }>): Promise<void> {
  const { database, books } = world;
  const { organisation } = books;
  switch (step.do) {
    case "record": {
      const ledger = ledgerAt(world, step.ledger);
      const doer = { ...tick(world), unit: pick(unitIds(world), step.sender) };
      const values: Values = { 编号: `A${++world.numbers}`, ...valuesOf(world, ledger, step.values) };
      const id = randomUUID();
      await acting(world, (tx, campaign) => recordEntry(tx, campaign, campaign.realm, ledger, doer, id, values));
      const state = ledger.lifecycle ? ((values["状态"] as string | undefined) ?? ledger.lifecycle.initial) : null;
      append(world, {
        id,
        at: doer.now.toISOString(),
        version: 1,
        ledger: ledger.key,
        state,
        deleted: false,
        ...place(ledger, values, homeOf(world, ledger, values, doer.unit)),
      });
      return;
    }
    case "change": {
      if (live(world).length === 0) return;
      const old = pick(live(world), step.record);
      const ledger = world.campaign.ledgers.get(old.ledger) as Ledger;
      const doer = tick(world);
      const values: Values = {
        ...valuesOf(world, ledger, step.values),
        ...Object.fromEntries(step.clear.map((name) => [name, null])),
      };
      await acting(world, async (tx, campaign) =>
        changeEntry(tx, campaign, await getEntry(tx, campaign, old.id, true), old.version, doer, { action: "change", values }),
      );
      const next = place(ledger, { ...(old.data as Values), ...values }, old.unit);
      appendChange(world, old, { ...next, state: (values["状态"] as string | undefined) ?? old.state }, doer.now.toISOString());
      return;
    }
    case "delete": {
      if (current(world).length === 0) return;
      const old = pick(current(world), step.record);
      const doer = tick(world);
      await acting(world, async (tx, campaign) =>
        changeEntry(tx, campaign, await getEntry(tx, campaign, old.id, true), old.version, doer, {
          action: "delete",
          deleted: !old.deleted,
          reason: "登记有误",
        }),
      );
      appendChange(world, old, { deleted: !old.deleted }, doer.now.toISOString());
      return;
    }
    case "advance": {
      const steppable = live(world).filter((one) => one.state !== null);
      if (steppable.length === 0) return;
      const old = pick(steppable, step.record);
      const transition = pick(
        (world.campaign.ledgers.get(old.ledger) as Ledger).lifecycle?.transitions.filter((one) =>
          one.from.includes(old.state as string),
        ) ?? [],
        step.record,
      );
      const doer = tick(world);
      await acting(world, async (tx, campaign) =>
        moveEntry(tx, campaign, await getEntry(tx, campaign, old.id, true), old.version, doer, transition.name),
      );
      appendChange(world, old, { state: transition.to }, doer.now.toISOString());
      return;
    }
    case "import":
      return importRows(world, step);
    case "move":
    case "merge":
      return reorganise(world, step);
    case "found": {
      const name = `单位${organisation.units.length + 10}`;
      const row = { code: null, name, kind: pick(kinds, step.kind), level: null, from: null, to: null, parent: null };
      const parent = pick(organisation.units, step.parent);
      const [id] = await asOwner(database, "found", async (tx) => {
        const ids = await registerUnits(
          tx,
          world.campaign.realm,
          [{ ...row, parent: parent.id === organisation.root ? null : parent.name }],
          organisation.root,
        );
        await rebuild(tx, world);
        return ids;
      });
      organisation.units.push({ id: id as number, code: null, name, kind: row.kind });
      organisation.relations.push({ unit: id as number, parent: parent.id, kind: "隶属", ...always });
      return;
    }
    case "transfer": {
      if (organisation.people.length === 0) return;
      const person = pick(organisation.people, step.person);
      const unit = pick(unitIds(world), step.unit);
      const post = person.posts.at(-1);
      const refused = await asOwner(database, "transfer", (tx) =>
        transfer(tx, world.campaign.realm, person.id, unit, step.day),
      ).then(() => false, problemOrThrow);
      expect(refused).toBe(!post || post.to !== always.to || post.from >= step.day);
      if (refused || !post) return;
      post.to = step.day;
      person.posts.push({ unit, from: step.day, to: always.to });
      return;
    }
    case "fold":
      await asOwner(database, "fold", (tx) => foldBatch(tx, world.campaign.realm, step.limit));
      return;
    case "recount":
      await asOwner(database, "recount", (tx) => recountAll(tx, world.campaign));
      return;
    case "reload":
      books.pack = world.packs[books.pack === world.packs[1] ? 2 : 1];
      world.campaign = await asOwner(database, "reload", (tx) => storePack(tx, books.pack, tick(world).now));
  }
}

const problemOrThrow = (error: unknown): true => {
  if (error instanceof Problem) return true;
  throw error;
};

/** What follows a change of the graph, as the importer does it. */
async function rebuild(tx: Tx, { campaign }: World): Promise<void> {
  const changed = await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp);
  if (changed.length > 0) await recountUnits(tx, campaign, changed);
}

async function reorganise(world: World, step: Extract<Step, { do: "move" | "merge" }>): Promise<void> {
  const { organisation } = world.books;
  const [unit, other] = [
    pick(unitIds(world).slice(1), step.unit),
    pick(unitIds(world), step.do === "move" ? step.parent : step.into),
  ];
  const relations = organisation.relations.map((one) => ({ ...one }));
  let allowed = unit !== other;
  const move = (one: number, parent: number, kind: string): void => {
    const open = relations.find((relation) => relation.unit === one && relation.kind === kind && relation.to === always.to);
    if (open && open.from >= step.day) allowed = false;
    if (open) open.to = step.day;
    if (one === parent) allowed = false;
    relations.push({ unit: one, parent, kind, from: step.day, to: always.to });
  };
  if (step.do === "move") move(unit, other, step.kind);
  else
    for (const child of organisation.relations)
      if (child.parent === unit && child.to === always.to) move(child.unit, other, child.kind);
  if (hasCycle({ ...organisation, relations })) allowed = false;
  const refused = await asOwner(world.database, step.do, async (tx) => {
    if (step.do === "move") await moveUnit(tx, world.campaign.realm, unit, other, step.day, step.kind as RelationKind);
    else await mergeUnit(tx, world.campaign.realm, unit, other, step.day);
    await rebuild(tx, world);
  }).then(() => false, problemOrThrow);
  expect({ refused }).toEqual({ refused: !allowed });
  if (refused) return;
  organisation.relations = relations;
  if (step.do === "merge")
    for (const { posts } of organisation.people)
      for (const post of posts) if (post.unit === unit && post.to === always.to && post.from < step.day) post.to = step.day;
}

/** A row as a clerk types it. */
function written(world: World, ledger: Ledger, values: Values): string[] {
  const { units, people } = world.books.organisation;
  const cell = (value: Values[string] | undefined, type: string): string => {
    if (value === undefined || value === null) return "";
    if (typeof value === "boolean") return value ? "是" : "否";
    if (Array.isArray(value)) return value.map((one) => cell(one, type)).join("、");
    if (type === "period") return String(value).replace("/", "至");
    if (typeof value === "number" && (type === "unit" || type === "organ"))
      return units.find((unit) => unit.id === value)?.name ?? "";
    if (typeof value === "number" && (type === "person" || type === "people"))
      return people.find((one) => one.id === value)?.code ?? "";
    return String(value);
  };
  return ledger.fields
    .filter((field) => !field.derive && field.type !== "serial")
    .map((field) => cell(values[field.name], field.type));
}

async function importRows(world: World, step: Extract<Step, { do: "import" }>): Promise<void> {
  const ledger = ledgerAt(world, step.ledger);
  const { root } = world.campaign;
  // A row again is the same number in the same unit, or else it would be another record.
  const known = ledger.identity.length > 0 ? current(world).filter((one) => one.ledger === ledger.key) : [];
  const used = new Set<string>();
  const rows = step.rows.flatMap(({ values: drafts, again }): { values: Values; old: Version | undefined }[] => {
    const values = valuesOf(world, ledger, drafts);
    const old = again === undefined || known.length === 0 ? undefined : pick(known, again);
    if (!old) return [{ values: { 编号: `A${++world.numbers}`, ...values }, old }];
    const owner = ledger.unit === undefined ? undefined : old.data[ledger.unit];
    const home = homeOf(world, ledger, values, root);
    if (used.has(old.id) || old.unit !== (typeof owner === "number" ? owner : home)) return [];
    used.add(old.id);
    const kept: Values = ledger.unit === undefined ? {} : { [ledger.unit]: (owner as string | undefined) ?? null };
    return [{ values: { ...values, ...kept, 编号: old.data["编号"] as string }, old }];
  });
  if (rows.length === 0) return;
  const quoted = (cells: string[]): string => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",");
  const header = ledger.fields.filter((field) => !field.derive && field.type !== "serial").map((field) => field.name);
  const folder = await mkdtemp(join(tmpdir(), "yibenzhang-import-"));
  const path = join(folder, "台账.csv");
  await writeFile(path, [header, ...rows.map(({ values }) => written(world, ledger, values))].map(quoted).join("\r\n"));
  const doer = tick(world);
  const options = { path, ledger: ledger.key, mayWrite: () => true };
  const result = await importFile(world.database, world.campaign, doer, options);
  await rm(folder, { recursive: true });
  if (step.fold) await asOwner(world.database, "fold", (tx) => foldBatch(tx, world.campaign.realm));
  if (!result.committed) {
    // Nobody may be named after the day on which their last post ended.
    expect(result.complaints.filter((one) => one.code !== "left_person")).toEqual([]);
    return;
  }
  const at = doer.now.toISOString();
  const ids = new Map(
    (
      await asOwner(world.database, "ids", (tx) =>
        tx.query<{ id: string; number: string }>(
          sql`select entry_id as id, data->>'编号' as number from entries where campaign_id = ${world.campaign.id} and ledger = ${ledger.key}`,
        ),
      )
    ).map((row) => [row.number, row.id]),
  );
  for (const { values, old } of rows) {
    const given = (values["状态"] as string | undefined) ?? null;
    const content = JSON.stringify([told(values), given]);
    if (!old) {
      const id = ids.get(values["编号"] as string) as string;
      world.imported.set(id, content);
      append(world, {
        id,
        at,
        version: 1,
        ledger: ledger.key,
        state: ledger.lifecycle ? (given ?? ledger.lifecycle.initial) : null,
        deleted: false,
        ...place(ledger, values, homeOf(world, ledger, values, root)),
      });
    } else if (world.imported.get(old.id) !== content) {
      const next = place(ledger, values, old.unit);
      const changed = { ...old, ...next, state: given ?? old.state };
      if (!same(old, changed)) world.imported.set(old.id, content);
      appendChange(world, old, changed, at);
    }
  }
}

/** Nothing in the database contradicts itself. */
export async function expectSound(world: World): Promise<void> {
  await asOwner(world.database, "verify", async (tx) => {
    expect(await verifyCampaignCells(tx, world.campaign, world.campaign.realm)).toEqual([]);
    expect(await verifyEntries(tx, world.campaign, world.campaign.realm)).toEqual([]);
  });
}

/** The digest of records in their versions, as a frozen report keeps it. */
export const digest = (records: readonly Version[]): string =>
  createHash("sha256")
    .update(
      records
        .map((one) => `${one.id}:${one.version}`)
        .toSorted()
        .join("\n"),
    )
    .digest("hex");
