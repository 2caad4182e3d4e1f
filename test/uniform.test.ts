/**
 * What there is not and what one may not see are answered alike, in what is said and in what is done for it: the same
 * statements go to the database in the same order, so that neither words nor time tell what exists. Statements are compared
 * rather than clocks, which on a busy machine tell nothing.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { asOwner, sql } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { actions } from "../src/main.ts";
import { clientOf, createWorld, password, type Client, type Reply, type World } from "./world.ts";

let world: World;
let east: Client;
const api = "/api/campaigns/trial";
/** By parameter: what is there and not for the asker, and what is not there. */
let pairs: Record<string, [forbidden: string | number, absent: string | number]>;
let own: Record<string, string | number>;

beforeAll(async () => {
  world = await createWorld();
  const [west, office] = [await world.as("west"), await world.as("office")];
  const { units, people, campaign } = world;
  const done = (reply: Reply): Reply["body"] => {
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
    return reply.body;
  };
  const record = async (client: Client, unit: number): Promise<string> => {
    const id = randomUUID();
    const values = { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: unit, 主题: "学习" };
    done(await client.send("PUT", `${api}/ledgers/study/entries/${id}`, { values }));
    return id;
  };
  const westEntry = await record(west, units.west);
  const file = randomUUID();
  done(
    await west.send("PUT", `${api}/entries/${westEntry}/attachments/${file}`, {
      name: "a.txt",
      bytes: 1,
      sha256: "0".repeat(64),
    }),
  );
  const view = randomUUID();
  done(await west.send("PUT", `${api}/ledgers/study/views/${view}`, { name: "自用", shown: {} }));
  const document = done(await west.send("POST", `${api}/documents`, { template: "brief" })).document as string;
  const csv = Buffer.from("活动编号,活动日期,组织单位,主题\nX-1,2023-04-03,西区纪委,学习\n");
  const imported = done(await west.upload(`${api}/imports`, { name: "集中学习台账.csv", content: csv }, { ledger: "study" }))
    .importId as string;
  const group = done(
    await office.send("POST", `${api}/groups`, {
      unit: units.west,
      kind: "专班",
      name: "西区专班",
      from: "2023-04-01",
      members: [],
    }),
  ) as { id?: number; group?: number };
  // Someone in the east who manages accounts and units there, so that nothing is refused for the role alone.
  const { account } = await asOwner(world.database, "an office in the east", async (tx) => {
    const at = { password, realm: campaign.realm };
    await seatAccount(
      tx,
      campaign,
      { ...at, login: "eastManager", name: "东区办", unit: units.east, role: "office" },
      world.time.now,
    );
    return {
      account: await seatAccount(
        tx,
        campaign,
        { ...at, login: "far", name: "西区", unit: units.west, role: "liaison" },
        world.time.now,
      ),
    };
  });
  const token = done(await world.anonymous.send("POST", "/api/session", { login: "eastManager", password })).token as string;
  east = clientOf(world.app, token);
  const held = (await asOwner(world.database, "a grant in the west", (tx) =>
    tx.one<{ grant_id: number }>(sql`select grant_id from grants where account_id = ${account.id}`),
  )) ?? { grant_id: 0 };
  own = {
    entry: await record(east, units.east),
    unit: units.east,
    ledger: "study",
    attachment: randomUUID(),
    correction: randomUUID(),
    view: randomUUID(),
  };
  pairs = {
    entry: [westEntry, randomUUID()],
    unit: [units.west, 999_999],
    person: [people.wei, 999_999],
    account: [account.id, 999_999],
    attachment: [file, randomUUID()],
    document: [document, randomUUID()],
    ledger: ["leads", "nothing"],
    import: [imported, randomUUID()],
    view: [view, randomUUID()],
    grant: [held.grant_id, 999_999],
    group: [group.group ?? group.id ?? 1, 999_999],
  };
});
afterAll(() => world.close());
afterEach(() => void vi.restoreAllMocks());

const values = { 活动编号: "N-1", 活动日期: "2023-04-03", 主题: "学习" };
/** What else an action has to be told. */
const inputs: Readonly<Record<string, object>> = {
  "accounts.change": { name: "新名称" },
  "units.preview": { parent: 1, day: "2023-06-01" },
  "units.move": { parent: 1, day: "2023-06-01" },
  "units.merge": { into: 1, day: "2023-06-01" },
  "units.split": { day: "2023-06-01", ends: false, parts: [{ name: "新单位" }] },
  "units.rename": { name: "新名称" },
  "people.transfer": { unit: 1, day: "2023-06-01" },
  "people.second": { unit: 1, from: "2023-06-01" },
  "grants.end": { reason: "不再需要" },
  "grants.handOver": { reason: "调离" },
  "accounts.resetSecondFactor": { reason: "手机丢失" },
  "tokens.createFor": { name: "对接", actions: ["ledgers.list"], days: 30 },
  "own.respond": { base: 0, words: "情况属实" },
  "own.ask": { field: "主题", wanted: "新", why: "有误" },
  "ledgers.reveal": { field: "备注" },
  "groups.add": { members: [{ person: 1, role: "成员", from: "2023-06-01" }] },
  "groups.leave": { day: "2023-06-01" },
  "groups.end": { day: "2023-06-01" },
  "ledgers.record": { values },
  "ledgers.change": { version: 1, values: { 主题: "新" } },
  "ledgers.changeMany": { changes: [{ entry: randomUUID(), version: 1, values: {} }] },
  "ledgers.move": { version: 1, transition: "确认" },
  "ledgers.delete": { version: 1, reason: "重复" },
  "ledgers.restore": { version: 1, reason: "误删" },
  "attachments.begin": { name: "a.txt", bytes: 1, sha256: "0".repeat(64) },
  "attachments.remove": { reason: "不要" },
  "views.save": { name: "甲", shown: {} },
  "documents.finalise": { seq: 1 },
  "documents.changes": { after: 0, place: "a" },
  "documents.write": { change: "AA==", after: 0, place: "a" },
  "documents.source": { name: "table", text: "甲" },
  "documents.copy": { reason: "补充" },
};

let statements: string[] = [];
/** A statement without what it is about. */
const shapeOf = (text: string): string =>
  text
    .replaceAll(/'(?:[^']|'')*'/g, "?")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "?")
    .replaceAll(/\b(?:\d+|null)\b/g, "?");
function listen(): void {
  const { query } = pg.Client.prototype as unknown as { query: (this: pg.Client, ...given: unknown[]) => unknown };
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === "string" ? first : (first.text ?? "");
    // Whoever watches is told by the program itself, when it comes to it.
    if (!text.includes("pg_notify")) statements.push(shapeOf(text));
    return query.apply(this, args) as never;
  });
}

async function ask(
  action: (typeof actions)[number],
  filled: Record<string, string | number>,
): Promise<{ reply: Reply; done: string[] }> {
  const path = action.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(filled[name] ?? (name === "campaign" ? "trial" : 1)),
  );
  const more = inputs[action.name] ?? {};
  statements = [];
  const reply =
    action.raw === true
      ? await east.put(path, Buffer.from("x"))
      : action.method === "GET" || action.method === "DELETE"
        ? await (action.method === "GET"
            ? east.get(`${path}?${new URLSearchParams(more as Record<string, string>).toString()}`)
            : east.send("DELETE", path))
        : await east.send(action.method, path, more);
  return { reply, done: statements };
}

const parameters = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
/** Packs, changes and reports are the campaign's, members stand in their group; drafts and answers are looked for among one's own. */
const kinds = new Set([
  "entry",
  "unit",
  "person",
  "account",
  "grant",
  "attachment",
  "document",
  "ledger",
  "import",
  "view",
  "group",
]);
const cases = actions
  .filter(({ upload }) => upload !== true)
  .flatMap((action) => parameters(action.path).map((name) => [`${action.name} by ${name}`, action, name] as const))
  .filter(([, , name]) => kinds.has(name))
  // These make what they name; that another has the name is said on purpose, without a word about it.
  .filter(([name]) => !["ledgers.record by entry", "views.save by view", "attachments.begin by attachment"].includes(name));

describe("absent and forbidden are one answer", () => {
  test.each(cases)("%s", async (_name, action, name) => {
    const [forbidden, absent] = pairs[name] as [string, string];
    // What stands before it in the path is the asker's own, where it is another thing.
    const around = Object.fromEntries(
      parameters(action.path)
        .filter((one) => one !== name && own[one])
        .map((one) => [one, own[one] as string]),
    );
    listen();
    // What the process remembers after the first time is not what is compared.
    await ask(action, { ...around, [name]: absent });
    const one = await ask(action, { ...around, [name]: forbidden });
    const other = await ask(action, { ...around, [name]: absent });
    expect(one.reply.status, JSON.stringify(one.reply.body)).toBeGreaterThanOrEqual(400);
    expect(one.reply.status, JSON.stringify(one.reply.body)).not.toBe(400);
    expect({ ...one.reply, raw: one.reply.raw.toString() }).toEqual({
      ...other.reply,
      raw: other.reply.raw.toString(),
      headers: { ...other.reply.headers, date: one.reply.headers["date"] },
    });
    expect(one.done.length).toBeGreaterThan(1);
    expect(one.done).toEqual(other.done);
  });
});

test("who has no account and who has the wrong password are one answer, after the same work", async () => {
  listen();
  const attempt = async (login: string) => {
    statements = [];
    const { status, body } = await world.anonymous.send("POST", "/api/session", { login, password: "错误的口令" });
    return { status, body, statements };
  };
  await attempt("warm");
  expect(await attempt("east")).toEqual(await attempt("nobody"));
});
