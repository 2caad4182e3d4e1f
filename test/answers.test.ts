/** The person's side: who looked, what they say to a record, what they ask to have put right and how it is answered. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seatAccount } from "#features/access/grants.model.ts";
import { asOwner, sql, withScope, type Sql } from "#platform/db.ts";
import { clientOf, createWorld, password, type Client, type Login, type World } from "./world.ts";

let world: World;
/** Bob as the liaison of his unit, and bob's own account. */
let extra: Record<"bobLiaison" | "second", Client>;
beforeAll(async () => {
  world = await createWorld();
  const { campaign, units, people, time } = world;
  const add = async (login: string, role: string, unit: number, person?: number): Promise<Client> => {
    const owner = person === undefined ? {} : { person };
    await asOwner(world.database, "another account", (tx) =>
      seatAccount(
        tx,
        campaign,
        { login, name: `${login}的账号`, password, realm: campaign.realm, unit, role, ...owner },
        time.now,
      ),
    );
    const { body } = await world.anonymous.send("POST", "/api/session", { login, password });
    return clientOf(world.app, body.token);
  };
  extra = {
    bobLiaison: await add("bobLiaison", "liaison", units.east, people.bob),
    second: await add("second", "office", campaign.root),
  };
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const as = (login: Login): Promise<Client> => world.as(login);

async function recorded(by: Login = "east", more: object = {}): Promise<string> {
  const entry = randomUUID();
  const values = {
    活动编号: entry.slice(0, 8),
    活动日期: "2023-06-01",
    组织单位: by === "west" ? world.units.west : world.units.east,
    主题: "学习条例",
    形式: "集体学习",
    主持人: world.people.ann,
    ...more,
  };
  const reply = await (await as(by)).send("PUT", `${api}/ledgers/study/entries/${entry}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return entry;
}
const own = async (entry: string, client?: Client) => {
  const { body } = await (client ?? (await as("ann"))).get(`${api}/own-record`);
  return body.entries.find(({ id }: { id: string }) => id === entry);
};
const asked = { field: "主题", wanted: "学习准则", why: "那天学的是准则" };
async function ask(entry: string, more: object = {}): Promise<string> {
  const id = randomUUID();
  const reply = await (await as("ann")).send("PUT", `${api}/own-record/${entry}/corrections/${id}`, { ...asked, ...more });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}
const answer = (client: Client, id: string, body: object) => client.send("POST", `${api}/corrections/${id}/answer`, body);
const waits = async (client: Client): Promise<string[]> =>
  (await client.get(`${api}/waiting`)).body.corrections.map(({ id }: { id: string }) => id);

test("what a person says to a record stands beside it, every version of it, and only they can write it", async () => {
  const entry = await recorded();
  const ann = await as("ann");
  const at = `${api}/own-record/${entry}/response`;
  expect((await ann.send("POST", at, { base: 0, words: "当天我在外地出差。" })).status).toBe(200);
  expect((await ann.send("POST", at, { base: 0, words: "另一处写的" })).body.code).toBe("version_conflict");
  expect((await ann.send("POST", at, { base: 1, words: "当天我在外地出差，有车票。" })).status).toBe(200);
  expect((await own(entry)).response).toMatchObject({
    version: 2,
    words: "当天我在外地出差，有车票。",
    earlier: [{ version: 1 }],
  });
  const { body } = await (await as("eastHead")).get(`${api}/entries/${entry}`);
  expect(body.responses).toMatchObject([{ person: "安然", version: 2, answers: 1, earlier: [{ words: "当天我在外地出差。" }] }]);
  // Whoever the record does not name has nothing to say to it, and learns nothing of it.
  const other = await extra.bobLiaison.send("POST", at, { base: 0, words: "我也说两句" });
  expect(other.body).toMatchObject({ status: 404, code: "not_found" });
  expect((await (await as("east")).send("POST", at, { base: 0, words: "代她写" })).status).toBe(404);
  expect((await world.audit("own.respond")).at(0)).toMatchObject({ result: "ok", unit_id: world.units.east });
});

test("of a record that only named people may know a person learns nothing, whatever they ask", async () => {
  const entry = randomUUID();
  const custodian = await as("custodian");
  const values = { 线索编号: "X1", 收到日期: "2023-06-01", 承办单位: world.units.east, 摘要: "反映安然" };
  const unit = world.units.east;
  expect((await custodian.send("PUT", `${api}/ledgers/leads/entries/${entry}`, { unit, values })).status).toBe(200);
  const ann = await as("ann");
  const nowhere = randomUUID();
  const asks = (id: string) => [
    ann.send("POST", `${api}/own-record/${id}/response`, { base: 0, words: "……" }),
    ann.send("PUT", `${api}/own-record/${id}/corrections/${randomUUID()}`, { ...asked, field: "摘要" }),
    ann.get(`${api}/own-record/${id}/looks`),
  ];
  const sealed = await Promise.all(asks(entry));
  const absent = await Promise.all(asks(nowhere));
  expect(sealed.map(({ status, body }) => [status, body])).toEqual(absent.map(({ status, body }) => [status, body]));
  expect(sealed.every(({ status }) => status === 404)).toBe(true);
});

test("who looked is told to whom it concerns: name, unit, role and when, their own looks left out", async () => {
  const entry = await recorded();
  await (await as("eastHead")).get(`${api}/entries/${entry}`);
  await (await as("office")).get(`${api}/entries/${entry}`);
  await (await as("west")).get(`${api}/entries/${entry}`);
  const { body } = await (await as("ann")).get(`${api}/own-record/${entry}/looks`);
  expect(body).toEqual({
    looks: [
      {
        at: world.time.now.toISOString(),
        who: "office的账号",
        unit: "试点市领导小组办公室",
        role: "教育整顿办公室",
        what: "entry",
      },
      { at: world.time.now.toISOString(), who: "eastHead的账号", unit: "东区纪委", role: "单位负责人", what: "entry" },
    ],
    more: false,
  });
});

test("a correction that is accepted changes the record as any change does, and says by which request", async () => {
  const entry = await recorded();
  const id = await ask(entry);
  expect(await waits(await as("east"))).toContain(entry);
  expect(await waits(await as("west"))).not.toContain(entry);
  expect(await waits(await as("office"))).not.toContain(entry);
  const seen = await (await as("east")).get(`${api}/entries/${entry}`);
  expect(seen.body.corrections).toMatchObject([
    { id, person: "安然", state: "asked", due: "2023-06-30", may: true, late: false },
  ]);
  const done = await answer(await as("east"), id, { accept: true, version: 1, value: "学习准则", reason: "已核对签到表" });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  const after = (await (await as("east")).get(`${api}/entries/${entry}`)).body;
  expect(after.entry.values["主题"]).toBe("学习准则");
  expect(after.history.at(-1)).toMatchObject({ action: "change", reason: "按2023-06-15的更正申请修改：已核对签到表" });
  expect((await own(entry)).corrections).toMatchObject([
    { state: "accepted", steps: [{ step: "ask" }, { step: "accept", words: "已核对签到表", who: "east的账号" }] },
  ]);
  expect(await waits(await as("east"))).not.toContain(entry);
  expect((await answer(await as("eastHead"), id, { accept: false, version: 2, reason: "再想想" })).status).toBe(403);
});

test("a refusal says why; the person may go to the unit above once, where somebody else answers for good", async () => {
  const entry = await recorded("east", { 主持人: world.people.ann });
  const id = await ask(entry);
  const east = await as("east");
  expect((await answer(east, id, { accept: false, version: 1 })).body.code).toBe("missing_reason");
  expect((await answer(east, id, { accept: false, version: 1, reason: "签到表上写的就是条例" })).status).toBe(200);
  const ann = await as("ann");
  const at = `${api}/own-record/corrections/${id}`;
  expect((await ann.send("POST", `${at}/review`, {})).status).toBe(403);
  expect((await ann.send("POST", `${at}/review`, { why: "签到表是后补的" })).status).toBe(200);
  // Not the unit again, but the one above.
  expect((await answer(east, id, { accept: true, version: 1, value: "学习准则" })).body.detail).toContain("上级单位");
  expect(await waits(east)).not.toContain(entry);
  expect(await waits(await as("office"))).toContain(entry);
  expect((await answer(await as("office"), id, { accept: false, version: 1, reason: "核对无误" })).status).toBe(200);
  expect((await own(entry)).corrections[0]).toMatchObject({ state: "upheld" });
  expect((await ann.send("POST", `${at}/review`, { why: "还是不同意" })).body.code).toBe("wrong_state");
  expect((await world.audit("own.review")).map(({ result }) => result)).toEqual(["forbidden", "ok", "wrong_state"]);
});

test("what was refused by somebody above is reviewed by another there", async () => {
  const entry = await recorded();
  const id = await ask(entry);
  expect((await answer(await as("office"), id, { accept: false, version: 1, reason: "不改" })).status).toBe(200);
  await (await as("ann")).send("POST", `${api}/own-record/corrections/${id}/review`, { why: "请另一位看看" });
  expect((await answer(await as("office"), id, { accept: false, version: 1, reason: "还是不改" })).body.detail).toContain(
    "另一人",
  );
  expect((await answer(extra.second, id, { accept: true, version: 1, value: "学习准则" })).status).toBe(200);
  expect((await own(entry)).corrections[0]).toMatchObject({ state: "corrected" });
});

test("nobody answers what they asked themselves", async () => {
  const entry = await recorded("east", { 主持人: world.people.bob });
  const id = randomUUID();
  const { bobLiaison } = extra;
  expect((await bobLiaison.send("PUT", `${api}/own-record/${entry}/corrections/${id}`, asked)).status).toBe(200);
  expect(await waits(bobLiaison)).not.toContain(entry);
  const refused = await answer(bobLiaison, id, { accept: true, version: 1, value: "学习准则" });
  expect(refused.body).toMatchObject({ status: 403, detail: "这是您本人提出的申请，须由另一人答复。" });
  expect((await bobLiaison.get(`${api}/entries/${entry}`)).body.corrections[0]).toMatchObject({ may: false });
  expect((await answer(await as("east"), id, { accept: true, version: 1, value: "学习准则" })).status).toBe(200);
});

test("one field is asked about once at a time; what is withdrawn is over, and may be asked anew", async () => {
  const entry = await recorded();
  const id = await ask(entry);
  const ann = await as("ann");
  // Sent again after a lost answer it is still one.
  expect((await ann.send("PUT", `${api}/own-record/${entry}/corrections/${id}`, asked)).status).toBe(200);
  expect((await ann.send("PUT", `${api}/own-record/${entry}/corrections/${randomUUID()}`, asked)).body.code).toBe(
    "already_asked",
  );
  expect((await extra.bobLiaison.send("POST", `${api}/own-record/corrections/${id}/withdraw`, {})).status).toBe(404);
  expect((await ann.send("POST", `${api}/own-record/corrections/${id}/withdraw`, {})).status).toBe(200);
  expect((await answer(await as("east"), id, { accept: true, version: 1, value: "学习准则" })).status).toBe(403);
  await ask(entry);
  expect((await own(entry)).corrections).toHaveLength(2);
  // Fields that they are not told of cannot be asked about.
  const hidden = await ann.send("PUT", `${api}/own-record/${entry}/corrections/${randomUUID()}`, { ...asked, field: "状态" });
  expect(hidden.status).toBe(403);
});

test("what is not answered in time is told to be late", async () => {
  const entry = await recorded();
  await ask(entry);
  const before = world.time.now;
  world.time.now = new Date("2023-07-01T02:00:00Z");
  const { body } = await (await world.signIn("east")).get(`${api}/waiting`);
  expect(body.corrections.find(({ id }: { id: string }) => id === entry)).toMatchObject({ due: "2023-06-30", late: true });
  world.time.now = before;
});

test("what was said goes with a record to another unit; of another unit's nobody learns", async () => {
  const entry = await recorded();
  const id = await ask(entry);
  await (await as("ann")).send("POST", `${api}/own-record/${entry}/response`, { base: 0, words: "说明" });
  expect((await answer(await as("west"), id, { accept: false, version: 1, reason: "……" })).status).toBe(404);
  const office = await as("office");
  const moved = await office.send("PATCH", `${api}/entries/${entry}`, {
    version: 1,
    values: { 组织单位: world.units.eastOffice },
  });
  expect(moved.status, JSON.stringify(moved.body)).toBe(200);
  const { body } = await (await as("eastOffice")).get(`${api}/entries/${entry}`);
  expect(body.responses).toHaveLength(1);
  expect(body.corrections).toMatchObject([{ id, steps: [{ step: "ask" }] }]);
  expect(await waits(await as("eastOffice"))).toContain(entry);
});

test("a person's own words cannot be written or changed by raw SQL in the role of requests either", async () => {
  const scope = { actor: 1, realms: [world.campaign.realm], units: [world.units.east], ledgers: ["study"] };
  const refused = (statement: Sql) =>
    withScope(world.database, scope, (tx) => tx.query(statement)).then(
      () => "done",
      (error: { code?: string }) => error.code,
    );
  expect(await refused(sql`update responses set words = '改了'`)).toBe("42501");
  expect(await refused(sql`delete from responses`)).toBe("42501");
  expect(await refused(sql`update corrections set wanted = '改了'`)).toBe("42501");
  expect(await refused(sql`delete from correction_steps`)).toBe("42501");
});
