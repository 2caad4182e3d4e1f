/**
 * Documents over HTTP: several people change one at once and nothing is lost, what is given out is what the records said,
 * and nobody is told by a document what they may not know.
 */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as Y from "yjs";
import { draftDoc, readDraft } from "#features/documents/draft-doc.types.ts";
import { readDocx } from "#features/documents/read-docx.ts";
import { createWorld, type Client, type Login, type Reply, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const ok = (reply: Reply): Reply["body"] => {
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};

async function record(present: number, ledger = "study", login: Login = "east", more: object = {}): Promise<string> {
  const id = randomUUID();
  const values = {
    活动编号: id.slice(0, 8),
    活动日期: "2023-04-03",
    组织单位: world.units.east,
    主题: "学习",
    实到人数: present,
  };
  ok(await (await world.as(login)).send("PUT", `${api}/ledgers/${ledger}/entries/${id}`, { values: { ...values, ...more } }));
  return id;
}

const start = async (login: Login = "east", more: object = {}): Promise<string> =>
  ok(await (await world.as(login)).send("POST", `${api}/documents`, { template: "brief", ...more })).document;

/** An editor without a screen: a text of its own that sends what is done to it and takes what others did. */
class Editor {
  readonly doc = new Y.Doc();
  private pending: Uint8Array[] = [];
  seq = 0;
  private readonly client: Client;
  private readonly path: string;
  private constructor(client: Client, document: string) {
    this.client = client;
    this.path = `${api}/documents/${document}`;
    this.doc.on("update", (change: Uint8Array, origin: unknown) => origin !== "others" && this.pending.push(change));
  }
  static async open(client: Client, document: string): Promise<Editor> {
    const editor = new Editor(client, document);
    const body = ok(await client.get(editor.path));
    Y.applyUpdate(editor.doc, Buffer.from(body.change, "base64"), "others");
    editor.seq = body.seq;
    return editor;
  }
  take(changes: string[]): void {
    for (const change of changes) Y.applyUpdate(this.doc, Buffer.from(change, "base64"), "others");
  }
  /** `lost`: the server has it, but its answer never arrives, so it is sent again. */
  async send(lost = false): Promise<void> {
    if (this.pending.length === 0) return;
    const change = base64(Y.mergeUpdates(this.pending));
    const answer = ok(await this.client.send("POST", `${this.path}/changes`, { change, after: this.seq }));
    if (lost) return;
    this.pending = [];
    this.take(answer.changes);
    this.seq = answer.seq;
  }
  async pull(): Promise<Reply["body"]> {
    const answer = ok(await this.client.get(`${this.path}/changes?after=${this.seq}`));
    this.take(answer.changes);
    this.seq = answer.seq;
    return answer;
  }
  /** The text of the last paragraph. */
  get text(): Y.XmlText {
    const paragraph = this.doc.getXmlFragment("body").toArray().at(-1) as Y.XmlElement;
    return paragraph.toArray().findLast((one) => one instanceof Y.XmlText) as Y.XmlText;
  }
  get xml(): string {
    return this.doc.getXmlFragment("body").toJSON();
  }
}

test("a template becomes a draft: fields are text, figures keep their names", async () => {
  const document = await start();
  const body = ok(await (await world.as("east")).get(`${api}/documents/${document}`));
  expect(body).toMatchObject({ title: "学习情况报告", state: "draft", unitName: "东区纪委", may: { edit: true }, final: null });
  const { head, blocks } = readDraft(draftDoc([Buffer.from(body.change, "base64")]), "报告");
  expect(head).toMatchObject({ kind: "报告", title: "学习情况报告" });
  expect(blocks).toHaveLength(1);
  expect(blocks[0]).toMatchObject({
    kind: "paragraph",
    inlines: [
      { kind: "text", text: expect.stringContaining("东区纪委") },
      { kind: "figure", key: "sessions", form: "" },
      { kind: "text", text: "，参学" },
      { kind: "figure", key: "attended" },
      { kind: "text", text: "；收到问题线索" },
      { kind: "figure", key: "leads" },
      { kind: "text", text: "。" },
    ],
  });
});

test(
  "whatever two people do at once, in whatever order it arrives, both end with the same text and lose nothing",
  { timeout: 60_000 },
  async () => {
    const clients = [await world.as("east"), await world.as("eastHead")];
    const step = fc.record({
      who: fc.nat(1),
      what: fc.constantFrom("type", "type", "delete", "send", "lose", "pull"),
      at: fc.nat(400),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const document = await start();
        const editors = await Promise.all(clients.map((client) => Editor.open(client, document)));
        const typed: string[] = [];
        for (const [index, { who, what, at }] of steps.entries()) {
          const editor = editors[who] as Editor;
          const mark = `[${who}.${index}]`;
          if (what === "type") {
            // Between the marks, so that one is never torn apart by another.
            const places = [0, ...[...editor.text.toString().matchAll(/\]/g)].map((found) => found.index + 1)];
            editor.text.insert(places[at % places.length] as number, mark);
            typed.push(mark);
          } else if (what === "delete") {
            const found = [...editor.text.toString().matchAll(/\[[^\]]*\]/g)].at(at % 7);
            if (found === undefined) continue;
            editor.text.delete(found.index, found[0].length);
            typed.splice(typed.indexOf(found[0]), 1);
          } else if (what === "pull") await editor.pull();
          else await editor.send(what === "lose");
        }
        await Promise.all(editors.map((editor) => editor.send()));
        for (const editor of editors) await editor.pull();
        const [one, other] = editors as [Editor, Editor];
        expect(one.xml).toBe(other.xml);
        // A mark that one of them deleted may have been deleted by both; every other is there once.
        const marks = [...one.text.toString().matchAll(/\[[^\]]*\]/g)].map(([mark]) => mark);
        expect(new Set(marks)).toEqual(new Set(typed));
        expect(marks).toHaveLength(typed.length);
        const fresh = await Editor.open(clients[0] as Client, document);
        expect(fresh.xml).toBe(one.xml);
      }),
      { numRuns: 12, seed: 20230601 },
    );
  },
);

test("many small changes are kept as one and open as the same text", { timeout: 60_000 }, async () => {
  const client = await world.as("east");
  const document = await start();
  const editor = await Editor.open(client, document);
  for (let n = 0; n < 120; n++) {
    editor.text.insert(editor.text.length, `第${n}句。`);
    await editor.send();
  }
  const fresh = await Editor.open(client, document);
  expect(fresh.xml).toBe(editor.xml);
  expect(fresh.seq).toBe(121);
  // Whoever has been away for long is given few changes, all the same.
  const late = new Y.Doc();
  const given = ok(await client.get(`${api}/documents/${document}/changes?after=1`));
  expect([given.seq, given.changes.length]).toEqual([121, 22]);
  for (const change of given.changes) Y.applyUpdate(late, Buffer.from(change, "base64"));
  expect(late.getXmlFragment("body").toJSON()).toBe(editor.xml);
  const recent = ok(await client.get(`${api}/documents/${document}/changes?after=118`));
  expect([recent.seq, recent.changes.length]).toEqual([121, 3]);
});

test("who else is there is told by name", async () => {
  const document = await start();
  const [one, other] = [await world.as("east"), await world.as("eastHead")];
  ok(await one.get(`${api}/documents/${document}/changes?after=1&place=here`));
  expect(ok(await other.get(`${api}/documents/${document}/changes?after=1`)).people).toEqual([
    { account: expect.any(Number), name: "east的账号", place: "here" },
  ]);
  world.time.now = new Date(world.time.now.getTime() + 60_000);
  expect(ok(await other.get(`${api}/documents/${document}/changes?after=1`)).people).toEqual([]);
});

test("each unit writes its own: those above read it, those beside do not know of it", async () => {
  const document = await start();
  const change = base64(Y.encodeStateAsUpdate(new Y.Doc()));
  const write = async (login: Login): Promise<Reply> =>
    (await world.as(login)).send("POST", `${api}/documents/${document}/changes`, { change, after: 1 });
  expect(ok(await (await world.as("office")).get(`${api}/documents/${document}`)).may).toEqual({
    edit: false,
    why: expect.stringContaining("东区纪委"),
  });
  expect((await write("office")).status).toBe(403);
  for (const login of ["west", "eastOffice"] as const) {
    expect((await write(login)).status).toBe(404);
    const { documents } = ok(await (await world.as(login)).get(`${api}/documents`));
    expect(documents.some((one: { document: string }) => one.document === document)).toBe(false);
  }
  for (const login of ["auditor", "ann"] as const)
    expect((await (await world.as(login)).get(`${api}/documents`)).status).toBe(403);
});

test("a change that no editor could read is refused", async () => {
  const document = await start();
  const reply = await (
    await world.as("east")
  ).send("POST", `${api}/documents/${document}/changes`, { change: base64(Buffer.from([1, 2, 3, 255])), after: 1 });
  expect(reply.body).toMatchObject({ status: 422, code: "bad_change" });
});

test("what is given out is what the records said; it stays so, and tells what has changed since", async () => {
  const id = await record(12);
  const client = await world.as("east");
  const document = await start("east", { from: "2023-04-01", to: "2023-04-30" });
  const editor = await Editor.open(client, document);
  editor.text.insert(editor.text.length, "下一步抓好落实。");
  const own = new Y.XmlElement("paragraph");
  const figure = new Y.XmlElement("figure");
  for (const [name, value] of Object.entries({ key: "attended", form: "n", from: "2023-03-01", to: "2023-03-31" }))
    figure.setAttribute(name, value);
  own.insert(0, [new Y.XmlText("上月参学"), figure, new Y.XmlText("人次。")]);
  editor.doc.getXmlFragment("body").insert(1, [own]);
  const heading = new Y.XmlElement("heading");
  heading.setAttribute("level", 1 as never);
  heading.insert(0, [new Y.XmlText("总体情况")]);
  editor.doc.getXmlFragment("body").insert(1, [heading]);
  await editor.send();

  const finalise = (seq: number): Promise<Reply> => client.send("POST", `${api}/documents/${document}/finalise`, { seq });
  expect((await finalise(editor.seq - 1)).body).toMatchObject({ status: 409, code: "document_moved_on" });
  const { code } = ok(await finalise(editor.seq));
  const file = await client.get(`${api}/documents/${document}/file`);
  const read = await readDocx(file.raw);
  const text = read.paragraphs.join("\n");
  expect(text).toContain("一、总体情况");
  expect(text).toContain("上月参学0人次。");
  expect(text).toMatch(/开展集中学习\d+场，参学\d+人次/);
  expect(text).toContain("下一步抓好落实。");
  expect(read.code).toBe(code);
  expect(read.figures.map(({ key }) => key)).toEqual(["attended", "sessions", "attended", "leads"]);
  const annex = await readDocx((await client.get(`${api}/documents/${document}/file?part=annex`)).raw);
  expect(annex.paragraphs.join("")).toContain("指标口径附表");
  expect((await client.get(`${api}/documents/${document}/file`)).raw.equals(file.raw)).toBe(true);

  const late = await client.send("POST", `${api}/documents/${document}/changes`, {
    change: base64(Y.encodeStateAsUpdate(new Y.Doc())),
    after: 1,
  });
  expect(late.status).toBe(403);
  expect(ok(await client.get(`${api}/documents/${document}`)).final.body).toHaveLength(3);

  world.time.now = new Date(world.time.now.getTime() + 60_000);
  ok(await client.send("PATCH", `${api}/entries/${id}`, { version: 1, values: { 实到人数: 15 }, reason: "核对签到表" }));
  const check = ok(await client.get(`${api}/reports/${code.toLowerCase().replaceAll("-", " ")}/check`));
  expect(check.consistent).toBe(false);
  expect(check.figures[0]).toMatchObject({ figure: "attended", status: "一致", frozen: 0, from: "2023-03-01", to: "2023-03-31" });
  expect(check.figures[2]).toMatchObject({ status: "有变化", causes: [{ entryId: id, change: "已修改" }] });
  expect(check.figures[2].now - check.figures[2].frozen).toBe(3);
  expect((await (await world.as("west")).get(`${api}/reports/${code}/check`)).status).toBe(404);

  const again = ok(await client.send("POST", `${api}/documents/${document}/copy`, { reason: "数字有变化" })).document;
  const copied = ok(await client.get(`${api}/documents/${again}`));
  expect(copied).toMatchObject({ state: "draft", source: document, reason: "数字有变化", title: "学习情况报告" });
  expect((await Editor.open(client, again)).xml).toContain("下一步抓好落实。");
});

test("what is given out from sealed records opens only to those who may read them", async () => {
  await record(0, "leads", "custodian", {
    活动编号: undefined,
    活动日期: undefined,
    组织单位: undefined,
    主题: undefined,
    实到人数: undefined,
    线索编号: "X9",
    收到日期: "2023-04-01",
    承办单位: world.units.east,
  });
  const custodian = await world.as("custodian");
  const document = await start("custodian", { unit: world.units.east });
  const { seq } = ok(await custodian.get(`${api}/documents/${document}`));
  const { code } = ok(await custodian.send("POST", `${api}/documents/${document}/finalise`, { seq }));
  const own = await readDocx((await custodian.get(`${api}/documents/${document}/file`)).raw);
  expect(own.paragraphs.join("")).toMatch(/收到问题线索\d+件/);
  const office = await world.as("office");
  expect((await office.get(`${api}/documents/${document}`)).status).toBe(404);
  expect((await office.get(`${api}/documents/${document}/file`)).status).toBe(404);
  const checked = ok(await office.get(`${api}/reports/${code}/check`));
  expect(checked.figures.find((one: { figure: string }) => one.figure === "leads")).toMatchObject({
    shown: "不显示",
    frozen: null,
    now: null,
    causes: [],
  });
});

test("a table lists what the asker may read; one that cannot be read is explained", async () => {
  await record(7);
  const document = await start();
  const ask = async (login: Login, spec: object): Promise<Reply> =>
    (await world.as(login)).get(
      `${api}/documents/${document}/source?name=table&text=${encodeURIComponent(JSON.stringify(spec))}`,
    );
  const { blocks } = ok(await ask("east", { ledger: "study", columns: ["主题", "实到人数"] }));
  expect(blocks[0]).toMatchObject({ kind: "table", columns: [{ title: "序号" }, { title: "主题" }, { title: "实到人数" }] });
  expect((await ask("east", { ledger: "leads", columns: ["编号"] })).status).toBe(403);
  expect((await ask("east", { ledger: "study", columns: ["没有"] })).body).toMatchObject({ status: 422, code: "bad_source" });
  expect((await ask("east", { ledger: "study", columns: ["主题"], title: "{{nothing}}" })).body).toMatchObject({
    code: "bad_source",
  });
});

test("an empty document is one too, and one from another place's figures is refused", async () => {
  const client = await world.as("east");
  const { document } = ok(await client.send("POST", `${api}/documents`, { title: "关于学习的通知" }));
  const { seq, title } = ok(await client.get(`${api}/documents/${document}`));
  expect(title).toBe("关于学习的通知");
  ok(await client.send("POST", `${api}/documents/${document}/finalise`, { seq }));
  expect((await client.send("POST", `${api}/documents`, { template: "brief", unit: world.units.west })).status).toBe(404);
  expect((await client.send("POST", `${api}/documents`, { template: "none" })).body).toMatchObject({ code: "unknown_template" });
});
