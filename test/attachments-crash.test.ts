/**
 * A server that is killed in the middle of an upload, and its database with it: every part that was acknowledged is there
 * when it goes on, what was kept is whole, and a backup brings it back.
 */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asOwner, openDatabase } from "#platform/db.ts";
import { migrate } from "#platform/migrate.ts";
import { findServer } from "#platform/postgres-server.ts";
import { startDatabase } from "#platform/postgres.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { partBytes } from "#features/ledgers/attachments.types.ts";
import { findUnitByName } from "#features/units/units.model.ts";
import { run, seeded, start } from "./program.ts";
import { importClean, load, unitsCsv, writeSmallPack } from "./small-pack.ts";
import { password } from "./world.ts";

const random = seeded(20230601);
const api = "/api/campaigns/small";
let folder = "";
let port = "";
let unit = 0;
let child: ChildProcess;
let headers: Record<string, string> = {};
const here = (): Record<string, string> => ({ YIBENZHANG_DATA: join(folder, "data"), PORT: port });

const ask = (method: string, path: string, body?: object | Buffer): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...headers, "content-type": Buffer.isBuffer(body) ? "application/octet-stream" : "application/json" },
    ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
  });

/** Starts the server and resolves when it answers. */
async function serve(): Promise<void> {
  ({ child } = start(["serve"], here()));
  for (const deadline = Date.now() + 60_000; ;) {
    const well = await ask("GET", "/healthz").then(
      ({ ok }) => ok,
      () => false,
    );
    if (well) return;
    if (Date.now() > deadline) throw new Error("the server does not answer");
  }
}

async function kill(target: "server" | "both"): Promise<void> {
  const postmaster = findServer(join(folder, "data/pg"))?.pid;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  if (target === "both" && postmaster) process.kill(postmaster, "SIGKILL");
  await closed;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "yibenzhang-attach-"));
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  port = String((probe.address() as AddressInfo).port);
  probe.close();
  const server = await startDatabase({ dataDir: join(folder, "data"), purpose: "tool" });
  const database = openDatabase(server.connection);
  await migrate(database);
  const campaign = await load(database, writeSmallPack(join(folder, "small")));
  const { realm, root } = campaign;
  writeFileSync(join(folder, "单位名册.csv"), unitsCsv);
  await importClean(database, campaign, join(folder, "单位名册.csv"));
  unit = (await asOwner(database, "unit", (tx) => findUnitByName(tx, campaign.realms, "乙区")))?.id ?? 0;
  const account = { login: "office", name: "办公室", password, realm, unit: root, role: "office" };
  await asOwner(database, "account", (tx) => seatAccount(tx, campaign, account, new Date()));
  await database.close();
  await server.stop();
  await serve();
  const signedIn = (await (await ask("POST", "/api/session", { login: "office", password })).json()) as { token: string };
  headers = { authorization: `Bearer ${signedIn.token}` };
});
afterAll(() => {
  child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("killed again and again while a file is sent, and once while it is checked", { timeout: 180_000 }, async () => {
  const entry = randomUUID();
  const values = { 活动编号: "A1", 活动日期: "2023-04-01", 组织单位: unit, 参加人数: 3 };
  const made = await ask("PUT", `${api}/ledgers/sessions/entries/${entry}`, { values });
  expect(made.status, await made.text()).toBe(200);
  const content = Buffer.concat([
    Buffer.from("%PDF-1.4\n"),
    Buffer.from(Array.from({ length: 24 }, random).join("")),
    Buffer.alloc(11 * partBytes, "档"),
  ]);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const place = `${api}/entries/${entry}/attachments/${randomUUID()}`;
  const acknowledged = new Set<number>();
  const begin = async () => {
    const answer = await ask("PUT", place, { name: "方案.pdf", bytes: content.length, sha256 });
    return (await answer.json()) as { state: string; parts: { part: number; sha256: string }[] };
  };
  for (const target of ["server", "both", "server"] as const) {
    const { parts } = await begin();
    const there = new Set(parts.map(({ part }) => part));
    expect([...acknowledged].filter((part) => !there.has(part))).toEqual([]);
    const sending = (async () => {
      for (let part = 0; part * partBytes < content.length; part++) {
        if (there.has(part)) continue;
        const bytes = content.subarray(part * partBytes, (part + 1) * partBytes);
        const answer = await ask("PUT", `${place}/parts/${part}`, bytes).catch(() => undefined);
        if (!answer?.ok) return;
        acknowledged.add(part);
        // In the middle of the third.
        if (acknowledged.size % 3 === 2) {
          void ask("PUT", `${place}/parts/${part + 1}`, content.subarray((part + 1) * partBytes, (part + 2) * partBytes)).catch(
            () => undefined,
          );
          return;
        }
      }
    })();
    await sending;
    await kill(target);
    await serve();
  }
  const { parts } = await begin();
  const there = new Map(parts.map((one) => [one.part, one.sha256]));
  expect([...acknowledged].filter((part) => !there.has(part))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(5);
  for (let part = 0; part * partBytes < content.length; part++)
    if (!there.has(part))
      expect(
        (await ask("PUT", `${place}/parts/${part}`, content.subarray(part * partBytes, (part + 1) * partBytes))).status,
      ).toBe(200);
  const finishing = ask("POST", `${place}/finish`, {}).catch(() => undefined);
  await kill("server");
  await finishing;
  await serve();
  expect((await ask("POST", `${place}/finish`, {})).status).toBe(200);
  const kept = Buffer.from(await (await ask("GET", `${place}/content`)).arrayBuffer());
  expect(kept.equals(content)).toBe(true);
  expect(await run(["verify"], here())).toMatchObject({ code: 0, out: "全部一致。\n" });

  const file = join(folder, "备份.bak");
  expect(await run(["backup", file], here())).toMatchObject({ code: 0 });
  const elsewhere = { YIBENZHANG_DATA: join(folder, "restored") };
  expect(await run(["restore", file], elsewhere)).toMatchObject({ code: 0 });
  expect(await run(["verify"], elsewhere)).toMatchObject({ code: 0, out: "全部一致。\n" });
  const server = await startDatabase({ dataDir: elsewhere.YIBENZHANG_DATA, purpose: "tool" });
  const database = openDatabase(server.connection);
  await database.pool.query("update attachment_parts set content = 'x' where part = 3");
  await database.close();
  await server.stop();
  expect(await run(["verify"], elsewhere)).toMatchObject({
    code: 4,
    out: expect.stringMatching(/附件《方案\.pdf》.*内容缺失或改动/),
  });
});
