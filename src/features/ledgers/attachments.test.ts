/** Files of entries through HTTP: interrupted and gone on with, refused for what they are, shown and taken away. */
import { createHash, randomUUID } from "node:crypto";
import { roleSchema } from "#kernel/definitions.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainPhoto, takenPhoto, tellTale } from "#platform/photo.fixture.ts";
import { asOwner, sql } from "#platform/db.ts";
import { clientOf, createWorld, type Client, type Reply, type World } from "../../../test/world.ts";
import { makeXlsx, zip } from "../exchange/fixtures/make-xlsx.ts";
import { cleanName } from "./attachment-kind.ts";
import { partBytes } from "./attachments.types.ts";
import { getEntry } from "./ledgers.model.ts";
import { mayAttach, mayDetach } from "./ledgers.policy.ts";
import { moveEntry } from "./move-entry.model.ts";
import { verifyAttachments, verifyEntries } from "./verify.model.ts";

let world: World;
let east: Client;
beforeAll(async () => {
  world = await createWorld();
  east = await world.as("east");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

async function record(more: object = {}): Promise<string> {
  const id = randomUUID();
  const values = { 活动编号: id.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.east, 主题: "学习", ...more };
  const reply = await east.send("PUT", `${api}/ledgers/study/entries/${id}`, { values });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return id;
}

const place = (entry: string, id: string): string => `${api}/entries/${entry}/attachments/${id}`;
const announce = (name: string, content: Buffer, more: object = {}) => ({
  name,
  bytes: content.length,
  sha256: digest(content),
  ...more,
});
const partsOf = (content: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(content.length / partBytes) }, (_, part) =>
    content.subarray(part * partBytes, (part + 1) * partBytes),
  );

/** Sends a file as the browser does; the answer of the first step that was refused, or of the last. */
async function attach(entry: string, name: string, content: Buffer, who = east, id: string = randomUUID()): Promise<Reply> {
  const begun = await who.send("PUT", place(entry, id), announce(name, content));
  if (begun.status !== 200) return begun;
  for (const [part, bytes] of partsOf(content).entries()) {
    const sent = await who.put(`${place(entry, id)}/parts/${part}`, bytes);
    if (sent.status !== 200) return sent;
  }
  return who.send("POST", `${place(entry, id)}/finish`, {});
}
const listed = async (entry: string, who = east) => (await who.get(`${api}/entries/${entry}/attachments`)).body.attachments;
const verify = () =>
  asOwner(world.database, "verify", async (tx) => [
    ...(await verifyEntries(tx, world.campaign, world.campaign.realm)),
    ...(await verifyAttachments(tx, world.campaign, world.campaign.realm)),
  ]);
const pdf = (more = ""): Buffer => Buffer.from(`%PDF-1.4\n${more}`);

describe("an upload", () => {
  test("goes on where it stopped: on another server, with only the parts that are missing or damaged", async () => {
    const entry = await record();
    const id = randomUUID();
    const content = pdf("一".repeat(700_000));
    const parts = partsOf(content);
    expect(parts.length).toBe(5);
    const announced = announce("方案.pdf", content, { effectiveDay: "2023-04-01", madeAt: "2023-03-30T01:02:03Z" });
    const first = await east.send("PUT", place(entry, id), announced);
    expect(first.body).toEqual({ state: "uploading", partBytes, parts: [] });
    for (const part of [0, 2]) await east.put(`${place(entry, id)}/parts/${part}`, parts[part] as Buffer);
    // One of the right length that is not what was meant.
    await east.put(`${place(entry, id)}/parts/1`, Buffer.alloc(partBytes, "x"));
    const early = await east.send("POST", `${place(entry, id)}/finish`, {});
    expect(early).toMatchObject({ status: 409, body: { code: "parts_missing" } });

    const later = await world.as("east", await world.another());
    const again = await later.send("PUT", place(entry, id), announced);
    expect(again.body.parts.map((one: { part: number }) => one.part)).toEqual([0, 1, 2]);
    expect((await listed(entry))[0]).toMatchObject({ state: "uploading", received: 3 * partBytes, bytes: content.length });
    const there = new Map(again.body.parts.map((one: { part: number; sha256: string }) => [one.part, one.sha256]));
    const missing = [...parts.entries()].filter(([part, bytes]) => there.get(part) !== digest(bytes));
    expect(missing.map(([part]) => part)).toEqual([1, 3, 4]);
    for (const [part, bytes] of missing) expect((await later.put(`${place(entry, id)}/parts/${part}`, bytes)).status).toBe(200);
    const kept = await later.send("POST", `${place(entry, id)}/finish`, {});
    expect(kept.body).toMatchObject({
      name: "方案.pdf",
      type: "application/pdf",
      bytes: content.length,
      received: content.length,
      state: "kept",
      effectiveDay: "2023-04-01",
      madeAt: "2023-03-30T01:02:03.000Z",
      actorName: "east的账号",
    });
    // Whoever asks once more gets the same.
    expect((await east.send("POST", `${place(entry, id)}/finish`, {})).body).toEqual(kept.body);
    expect((await east.send("PUT", place(entry, id), announced)).body).toEqual({ state: "kept", partBytes, parts: [] });
    expect((await east.put(`${place(entry, id)}/parts/0`, Buffer.alloc(partBytes))).status).toBe(200);
    const loaded = await east.get(`${place(entry, id)}/content`);
    expect(loaded.raw.equals(content)).toBe(true);
    expect(await verify()).toEqual([]);
  });

  test("by two windows at once comes out as one", async () => {
    const entry = await record();
    const id = randomUUID();
    const content = pdf("二".repeat(400_000));
    const other = await world.as("east", await world.another());
    const both = await Promise.all([
      attach(entry, "纪要.pdf", content, east, id),
      attach(entry, "纪要.pdf", content, other, id),
      attach(entry, "纪要.pdf", content, east, id),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200, 200]);
    const history = (await east.get(`${api}/entries/${entry}`)).body.history;
    expect(history.map((one: { action: string }) => one.action)).toEqual(["record", "attach"]);
    expect(await listed(entry)).toHaveLength(1);
    expect(await verify()).toEqual([]);
  });

  test("is refused where it is not what was announced", async () => {
    const entry = await record();
    const id = randomUUID();
    const content = pdf("三".repeat(300_000));
    const at = place(entry, id);
    await east.send("PUT", at, announce("三.pdf", content));
    const [first = content, last = content] = partsOf(content);
    const refusal = async (asked: Promise<Reply>) => {
      const { status, body } = await asked;
      return [status, body.code];
    };
    expect(await refusal(east.put(`${at}/parts/0`, Buffer.alloc(0)))).toEqual([422, "bad_part"]);
    expect(await refusal(east.put(`${at}/parts/0`, Buffer.alloc(10)))).toEqual([422, "bad_part"]);
    expect(await refusal(east.put(`${at}/parts/1`, first))).toEqual([422, "bad_part"]);
    expect(await refusal(east.put(`${at}/parts/2`, last))).toEqual([422, "bad_part"]);
    expect(await refusal(east.put(`${at}/parts/-1`, last))).toEqual([400, "invalid_input"]);
    expect(await refusal(east.put(`${at}/parts/0`, Buffer.alloc(2 ** 20 + 1)))).toEqual([413, "too_large"]);
    expect(await refusal(east.put(`${at}/parts/0`, Buffer.from("{}"), "application/json"))).toEqual([415, "bad_body"]);
    expect(await refusal(east.put(at, first))).toEqual([415, "bad_body"]);
    await east.put(`${at}/parts/0`, first);
    await east.put(`${at}/parts/1`, Buffer.alloc(last.length, "x"));
    expect(await refusal(east.send("POST", `${at}/finish`, {}))).toEqual([422, "wrong_digest"]);
    // What is there stays, and only what is wrong is sent again.
    await east.put(`${at}/parts/1`, last);
    expect((await east.send("POST", `${at}/finish`, {})).status).toBe(200);
    // An id is one file's.
    expect(await refusal(east.send("PUT", at, announce("别的.pdf", pdf("别的"))))).toEqual([409, "id_taken"]);
    const elsewhere = await record();
    expect(await refusal(east.send("PUT", place(elsewhere, id), announce("三.pdf", content)))).toEqual([409, "id_taken"]);
    expect(await refusal(east.get(`${place(elsewhere, id)}/content`))).toEqual([404, "not_found"]);
  });

  test("that is given up is gone, and one that is kept is not", async () => {
    const entry = await record();
    const content = pdf("放弃");
    const id = randomUUID();
    await east.send("PUT", place(entry, id), announce("放弃.pdf", content));
    await east.put(`${place(entry, id)}/parts/0`, content);
    expect((await east.send("DELETE", place(entry, id))).status).toBe(200);
    expect(await listed(entry)).toEqual([]);
    expect((await east.send("DELETE", place(entry, id))).status).toBe(404);
    await attach(entry, "放弃.pdf", content, east, id);
    expect((await east.send("DELETE", place(entry, id))).status).toBe(200);
    expect(await listed(entry)).toMatchObject([{ state: "kept" }]);
  });

  test("that nobody goes on with for a day is gone at the next", async () => {
    const entry = await record();
    const content = pdf("四");
    const id = randomUUID();
    await east.send("PUT", place(entry, id), announce("四.pdf", content));
    await east.put(`${place(entry, id)}/parts/0`, content);
    const before = world.time.now;
    world.time.now = new Date(before.getTime() + 25 * 3_600_000);
    const next = await world.signIn("east");
    await attach(entry, "五.pdf", pdf("五"), next);
    expect((await listed(entry, next)).map((one: { name: string }) => one.name)).toEqual(["五.pdf"]);
    expect((await next.put(`${place(entry, id)}/parts/0`, content)).status).toBe(404);
    world.time.now = before;
  });
});

describe("what is attached", () => {
  test("is known by content, photos lose the place they were taken at", async () => {
    const entry = await record();
    const office = "application/vnd.openxmlformats-officedocument.";
    const docx = await zip({ "[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>" });
    const files: [name: string, content: Buffer, type: string, kept: string][] = [
      ["合影.jpg", takenPhoto("image/jpeg", 6), "image/jpeg", "合影.jpg"],
      ["其实是照片.png", takenPhoto("image/jpeg", 1), "image/jpeg", "其实是照片.png.jpg"],
      ["屏幕.png", takenPhoto("image/png", 1), "image/png", "屏幕.png"],
      ["网页图", takenPhoto("image/webp", 1), "image/webp", "网页图.webp"],
      ["通知.docx", docx, `${office}wordprocessingml.document`, "通知.docx"],
      ["名册.xlsx", await makeXlsx({ sheets: [{ name: "一", rows: "" }] }), `${office}spreadsheetml.sheet`, "名册.xlsx"],
      ["正式.ofd", await zip({ "OFD.xml": "<OFD/>" }), "application/ofd", "正式.ofd"],
      ["签到.csv", Buffer.from("姓名,职务\n安然,干部\n"), "text/csv", "签到.csv"],
      ["说明.txt", Buffer.from("说明"), "text/plain", "说明.txt"],
    ];
    for (const [name, content, type, kept] of files) {
      const { status, body } = await attach(entry, name, content);
      expect({ name, status, type: body.type, kept: body.name }).toEqual({ name, status: 200, type, kept });
      const { raw } = await east.get(`${place(entry, body.id)}/content`);
      expect(raw.includes(tellTale)).toBe(false);
      if (!type.startsWith("image/")) expect(raw.equals(content)).toBe(true);
    }
    expect(await verify()).toEqual([]);
  });

  test("has a small picture for lists if its sender made one, without metadata", async () => {
    const entry = await record();
    const thumbs: unknown[] = [];
    for (const [name, content, thumb] of [
      ["有.jpg", takenPhoto("image/jpeg", 1), takenPhoto("image/jpeg", 1).toString("base64")],
      ["假.jpg", plainPhoto("image/jpeg"), Buffer.from("<svg/>").toString("base64")],
      ["残.jpg", plainPhoto("image/jpeg"), takenPhoto("image/jpeg", 1).subarray(0, 200).toString("base64")],
      ["文.txt", Buffer.from("文"), plainPhoto("image/jpeg").toString("base64")],
    ] as const) {
      const at = place(entry, randomUUID());
      await east.send("PUT", at, announce(name, content));
      await east.put(`${at}/parts/0`, content);
      thumbs.push((await east.send("POST", `${at}/finish`, { thumb })).body.thumb);
    }
    expect(thumbs).toEqual([`data:image/jpeg;base64,${plainPhoto("image/jpeg").toString("base64")}`, null, null, null]);
  });

  test("is refused for what it is, saying why and what to do", async () => {
    const entry = await record();
    const bomb = await zip({ "[Content_Types].xml": "", "word/document.xml": Buffer.alloc(40 * 2 ** 20) });
    const lying = Buffer.from(bomb);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(40 * 2 ** 20);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size, at + 1)) lying.writeUInt32LE(1000, at);
    const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
    const ole = (stream: string): Buffer =>
      Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.from(`${stream}\0`, "utf16le")]);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const [name, content, reason] of [
      ["空.pdf", Buffer.alloc(0), /是空的/],
      ["程序.jpg", Buffer.from("MZ\x90\0\x03\0\0\0"), /不是 \.jpg 文件.*改过扩展名/],
      ["程序.exe", Buffer.from("MZ"), /\.exe 文件，不能作为附件/],
      ["图.svg", svg, /SVG.*另存为 PNG/],
      ["图.png", svg, /不是 \.png 文件/],
      ["IMG_1.heic", heic, /HEIC.*兼容性最佳/],
      ["IMG_1.jpg", heic, /HEIC.*兼容性最佳/],
      ["弹.docx", bomb, /压缩炸弹/],
      ["谎.docx", lying, /压缩炸弹/],
      ["残.docx", bomb.subarray(0, 4000), /已损坏或不完整/],
      ["包.docx", await zip({ "a.txt": "a" }), /压缩包/],
      ["宏.docx", await zip({ "word/document.xml": "", "word/vbaProject.bin": "" }), /含有宏/],
      ["密.docx", ole("EncryptedPackage"), /设了密码/],
      ["旧.doc", ole("_VBA_PROJECT"), /含有宏/],
      ["装.doc", ole("Property"), /不是 Word/],
      ["残.jpg", takenPhoto("image/jpeg", 1).subarray(0, 200), /已损坏/],
      ["\u0000\u0007/", pdf(), /没有可用的名称/],
    ] as const) {
      const { status, body } = await attach(entry, name, content);
      expect({ name, status }).toEqual({ name, status: 422 });
      expect(body.detail).toMatch(reason);
    }
    const large = { name: "大.pdf", bytes: 51 * 2 ** 20, sha256: digest(Buffer.from("大")) };
    const refused = await east.send("PUT", place(entry, randomUUID()), large);
    expect(refused).toMatchObject({ status: 413, body: { code: "file_too_large" } });
    for (let each = 0; each < 5; each++) {
      const begun = await east.send("PUT", place(entry, randomUUID()), { ...large, bytes: 45 * 2 ** 20 });
      expect([begun.status, begun.body.code]).toEqual(each < 4 ? [200, undefined] : [422, "entry_full"]);
    }
  });

  test("has a name that may stand in a folder", () => {
    expect(cleanName("../../etc/passwd")).toBe("passwd");
    expect(cleanName("C:\\照片\\合影.jpg")).toBe("合影.jpg");
    expect(cleanName("报告\u202egpj.exe")).toBe("报告gpj.exe");
    expect(cleanName('a<b>:"|?*.pdf')).toBe("a_b______.pdf");
    expect(cleanName(" .隐藏.txt. ")).toBe("隐藏.txt");
    expect(cleanName(`${"长".repeat(300)}.docx`)).toBe(`${"长".repeat(195)}.docx`);
    expect(cleanName("名".repeat(200))).toBe("名".repeat(200));
    expect([...cleanName("𠮷".repeat(300))]).toHaveLength(200);
  });

  test("is sent with its name and type, shown only where nothing in it can run", async () => {
    const entry = await record();
    const photo = (await attach(entry, "会议合影（3月）'.jpg", plainPhoto("image/jpeg"))).body;
    const loaded = await east.get(`${place(entry, photo.id)}/content`);
    expect(loaded.headers).toMatchObject({
      "content-type": "image/jpeg",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent("会议合影（3月）")}%27.jpg`,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    const shown = await east.get(`${place(entry, photo.id)}/content?inline=true`);
    expect(shown.headers["content-disposition"]).toMatch(/^inline; /);
    expect(shown.headers["x-frame-options"]).toBe("SAMEORIGIN");
    expect(shown.headers["content-security-policy"]).toMatch(/^default-src 'none';.*frame-ancestors 'self'; sandbox$/);
    const text = (await attach(entry, "说明.txt", Buffer.from("<script>alert(1)</script>"))).body;
    expect(await east.get(`${place(entry, text.id)}/content?inline=true`)).toMatchObject({ status: 422 });
  });

  test("is taken away with a reason and brought back, all of it in the history", async () => {
    const entry = await record();
    const content = pdf("六");
    const id = randomUUID();
    await attach(entry, "六.pdf", content, east, id);
    expect(await east.send("POST", `${place(entry, id)}/remove`, { reason: " " })).toMatchObject({ status: 400 });
    await east.send("POST", `${place(entry, id)}/remove`, { reason: "传错了" });
    expect((await listed(entry))[0]).toMatchObject({ deleted: true });
    await east.send("POST", `${place(entry, id)}/restore`, {});
    await east.send("POST", `${place(entry, id)}/remove`, { reason: "还是不要" });
    // The same file chosen once more is back.
    expect((await attach(entry, "六.pdf", content, east, id)).body).toMatchObject({ deleted: false, state: "kept" });
    const { history } = (await east.get(`${api}/entries/${entry}`)).body;
    expect(
      history.slice(1).map((one: { action: string; file: string; reason: string | null }) => [one.action, one.file, one.reason]),
    ).toEqual([
      ["attach", "六.pdf", null],
      ["detach", "六.pdf", "传错了"],
      ["attach", "六.pdf", null],
      ["detach", "六.pdf", "还是不要"],
      ["attach", "六.pdf", null],
    ]);
    expect(await verify()).toEqual([]);
  });
});

describe("an entry with files", () => {
  test("is changed by someone who had it open before they came", async () => {
    const entry = await record();
    await attach(entry, "七.pdf", pdf("七"));
    const changed = await east.send("PATCH", `${api}/entries/${entry}`, { version: 1, values: { 主题: "新的" } });
    expect(changed).toMatchObject({ status: 200, body: { entry: { version: 3 } } });
    const late = await east.send("PATCH", `${api}/entries/${entry}`, { version: 2, values: { 主题: "又是新的" } });
    expect(late).toMatchObject({ status: 409, body: { code: "version_conflict", details: { theirs: { 主题: "新的" } } } });
    expect(await verify()).toEqual([]);
  });

  test("that was deleted meanwhile takes none", async () => {
    const entry = await record();
    const content = pdf("八");
    const id = randomUUID();
    await east.send("PUT", place(entry, id), announce("八.pdf", content));
    await east.put(`${place(entry, id)}/parts/0`, content);
    await east.send("POST", `${api}/entries/${entry}/delete`, { version: 1, reason: "重复" });
    for (const asked of [
      east.send("POST", `${place(entry, id)}/finish`, {}),
      east.put(`${place(entry, id)}/parts/0`, content),
      attach(entry, "九.pdf", pdf("九")),
    ]) {
      const { status, body } = await asked;
      expect([status, body.code]).toEqual([403, "forbidden"]);
      expect(body.detail).toMatch(/已删除.*先恢复/);
    }
  });

  test("of another unit is as if there were none, for every way in and out", async () => {
    const entry = await record();
    const { id } = (await attach(entry, "十.pdf", pdf("十"))).body;
    const west = await world.as("west");
    const auditor = await world.as("auditor");
    const absent = randomUUID();
    for (const who of [west, auditor])
      for (const [, ask] of Object.entries({
        list: (at: string) => who.get(`${api}/entries/${at}/attachments`),
        begin: (at: string) => who.send("PUT", place(at, id), announce("十.pdf", pdf("十"))),
        put: (at: string) => who.put(`${place(at, id)}/parts/0`, pdf("十")),
        finish: (at: string) => who.send("POST", `${place(at, id)}/finish`, {}),
        get: (at: string) => who.get(`${place(at, id)}/content`),
        remove: (at: string) => who.send("POST", `${place(at, id)}/remove`, { reason: "不要" }),
        restore: (at: string) => who.send("POST", `${place(at, id)}/restore`, {}),
      })) {
        const [one, other] = [await ask(entry), await ask(absent)];
        expect(one.status).toBe(404);
        expect(one.body).toEqual(other.body);
      }
    // An id that is another unit's is not told.
    const own = randomUUID();
    const values = { 活动编号: own.slice(0, 8), 活动日期: "2023-04-03", 组织单位: world.units.west, 主题: "学习" };
    await west.send("PUT", `${api}/ledgers/study/entries/${own}`, { values });
    expect(await west.send("PUT", place(own, id), announce("十.pdf", pdf("十")))).toMatchObject({ status: 409 });
  });

  test("takes them along to another unit", async () => {
    const entry = await record();
    const { id } = (await attach(entry, "十一.pdf", pdf("十一"))).body;
    const office = await world.as("office");
    const moved = await office.send("PATCH", `${api}/entries/${entry}`, {
      version: 2,
      values: { 组织单位: world.units.west },
    });
    expect(moved.status, JSON.stringify(moved.body)).toBe(200);
    expect((await east.get(`${place(entry, id)}/content`)).status).toBe(404);
    expect((await (await world.as("west")).get(`${place(entry, id)}/content`)).raw.equals(pdf("十一"))).toBe(true);
    expect(await verify()).toEqual([]);
  });

  test("has the evidence that a step asks for, as long as it is there", async () => {
    const entry = await record();
    const { campaign } = world;
    const study = campaign.ledgers.get("study");
    if (!study?.lifecycle) throw new Error("no lifecycle");
    const [step, ...others] = study.lifecycle.transitions;
    if (!step) throw new Error("no step");
    const guard = { ...step.guard, fields: [], notSamePerson: false, evidence: true };
    const lifecycle = { ...study.lifecycle, transitions: [{ ...step, guard }, ...others] };
    const asking = { ...campaign, ledgers: new Map([...campaign.ledgers, ["study", { ...study, lifecycle }]]) };
    const doer = { account: null, unit: campaign.root, role: "operator", now: world.time.now };
    const confirm = () =>
      asOwner(world.database, "move", async (tx) => {
        const now = await getEntry(tx, asking, entry, true);
        return moveEntry(tx, asking, now, 1, doer, "确认");
      });
    await expect(confirm()).rejects.toMatchObject({ code: "missing_evidence" });
    const { id } = (await attach(entry, "签到表.pdf", pdf("签到"))).body;
    await east.send("POST", `${place(entry, id)}/remove`, { reason: "不清楚" });
    await expect(confirm()).rejects.toMatchObject({ code: "missing_evidence" });
    await east.send("POST", `${place(entry, id)}/restore`, {});
    expect(await confirm()).toMatchObject({ state: "已确认" });
  });
});

test("the last evidence stays with what it closed", async () => {
  const entry = randomUUID();
  const office = await world.as("office");
  const values = { 任务编号: "T1", 责任单位: world.units.east, 具体任务: "整改" };
  expect((await east.send("PUT", `${api}/ledgers/tasks/entries/${entry}`, { values })).status).toBe(200);
  const step = async (client: Client, transition: string, more: object = {}): Promise<Reply> => {
    const { version } = (await office.get(`${api}/entries/${entry}`)).body.entry;
    const reply = await client.send("POST", `${api}/entries/${entry}/move`, { version, transition, ...more });
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return reply;
  };
  const remove = (id: string) => east.send("POST", `${place(entry, id)}/remove`, { reason: "放错了" });
  const first: string = (await attach(entry, "整改报告.pdf", pdf("一"))).body.id;
  await step(east, "报核");
  await step(office, "核验");
  expect((await remove(first)).status).toBe(200);
  await east.send("POST", `${place(entry, first)}/restore`, {});
  await step(office, "归档");
  const second: string = (await attach(entry, "照片.pdf", pdf("二"))).body.id;
  expect((await remove(second)).status).toBe(200);
  expect((await remove(first)).body).toMatchObject({ status: 409, code: "last_evidence" });
  expect((await listed(entry)).find(({ id }: { id: string }) => id === first)).toMatchObject({ deleted: false });
  await step(office, "重开", { reason: "材料不全" });
  expect((await remove(first)).status).toBe(200);
});

test("who may record but not change adds files and takes none away", () => {
  const study = world.campaign.ledgers.get("study");
  if (!study) throw new Error("no ledger");
  const ledger = { ...study, rights: { liaison: ["read" as const, "record" as const] } };
  const asker = {
    account: null,
    role: roleSchema.parse({ key: "liaison", name: "联络员" }),
    unit: 1,
    grant: 1,
    scope: { actor: 1, realms: [1], units: [1], ledgers: ["study"] },
  };
  expect(mayAttach(asker, ledger, { deleted: false })).toBe(true);
  expect(mayDetach(asker, ledger, { deleted: false })).toContain("不能修改");
});

test("verify tells a file that was altered, cut or left alone", async () => {
  const entry = await record();
  const sound = await verify();
  expect(sound).toEqual([]);
  const names: string[] = [];
  for (const [name, damage] of [
    ["改.pdf", sql`update attachment_parts set content = 'x' where attachment_id = `],
    ["缺.pdf", sql`delete from attachment_parts where attachment_id = `],
    ["孤.pdf", sql`update attachments set entry_id = gen_random_uuid() where attachment_id = `],
  ] as const) {
    const { id } = (await attach(entry, name, pdf(name))).body;
    await asOwner(world.database, "damage", (tx) => tx.query(sql`${damage}${id}`));
    names.push(name);
    expect((await verify()).map((fault) => ("name" in fault ? fault.name : "")).toSorted()).toEqual(names.toSorted());
  }
});

test("files that a browser sends for another site are refused", async () => {
  const entry = await record();
  const { statusCode } = await world.app.inject({
    method: "PUT",
    url: `${place(entry, randomUUID())}/parts/0`,
    headers: { "content-type": "application/octet-stream", "sec-fetch-site": "cross-site", cookie: "session=abc" },
    payload: Buffer.from("x"),
  });
  expect(statusCode).toBe(403);
  expect((await clientOf(world.app).put(`${place(entry, randomUUID())}/parts/0`, Buffer.from("x"))).status).toBe(401);
});
