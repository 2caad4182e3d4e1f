/**
 * Every route of the OpenAPI document is asked for what nobody should, as everyone who might: whatever is sent, the answer is
 * one that the document knows, comes soon, betrays nothing of how the program is made and nothing that the asker may not
 * see, and what is stored stays whole. Seeded: FUZZ_SEED and FUZZ_RUNS (requests per route and round) replay or extend it.
 */
import { createHash, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemSchema } from "#kernel/routes.ts";
import { asOwner } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { findCampaign } from "#features/campaigns/campaigns.model.ts";
import { verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { verifyAttachments, verifyEntries } from "#features/ledgers/verify.model.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { actions } from "../src/main.ts";
import { requestsFor, type Asking, type Known, type Operation } from "./fuzz/requests.ts";
import { createWorld, password, type Login, type World } from "./world.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 20230615);
const runs = Number(process.env["FUZZ_RUNS"] ?? 10);
const patience = 15_000;

let world: World;
let port = 0;
let known: Known;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const tokens = new Map<Login, string>();
let operations = new Map<string, Operation>();

/** Texts that stand in one place each, and who may come upon them. */
const canaries = {
  westEntry: "金丝雀甲7Q2记录",
  westFile: "金丝雀乙7Q2附件",
  westPerson: "金丝雀丙7Q2人员",
  westAccount: "金丝雀丁7Q2账号",
  lead: "金丝雀戊7Q2线索",
  eastDraft: "金丝雀己7Q2草稿",
};
type Canary = keyof typeof canaries;
type Asker = Login | "nobody";
/** These cannot change who belongs where, so that what they may see stays as it is. */
const limited: readonly Asker[] = ["nobody", "ann", "east", "eastOffice", "auditor"];
const strong: readonly Asker[] = ["office", "eastHead", "custodian", "west", "system", "security"];
const maySee: Record<string, readonly Canary[]> = {
  east: ["eastDraft"],
  // Administrators know who is who, and nothing of what is recorded.
  auditor: ["westPerson", "westAccount"],
  system: ["westPerson", "westAccount"],
  security: ["westPerson", "westAccount"],
  office: ["westEntry", "westFile", "westPerson", "westAccount"],
  custodian: ["lead", "westPerson", "westEntry", "westFile"],
  west: ["westEntry", "westFile", "westPerson"],
};

beforeAll(async () => {
  world = await createWorld();
  await world.app.listen({ host: "127.0.0.1", port: 0 });
  port = (world.app.server.address() as AddressInfo).port;
  const api = "/api/campaigns/trial";
  const [west, east, custodian] = [await world.as("west"), await world.as("east"), await world.as("custodian")];
  const record = async (client: typeof west, ledger: string, values: object): Promise<string> => {
    const id = randomUUID();
    const made = await client.send("PUT", `${api}/ledgers/${ledger}/entries/${id}`, { values });
    expect(made.status, JSON.stringify(made.body)).toBe(200);
    return id;
  };
  const study = (unit: number, 活动编号: string, 主题: string) => ({
    活动编号,
    活动日期: "2023-04-03",
    组织单位: unit,
    主题,
    备注: 主题,
  });
  const westEntry = await record(west, "study", study(world.units.west, "W-1", canaries.westEntry));
  const eastEntry = await record(east, "study", study(world.units.east, "E-1", "学习"));
  const lead = await record(custodian, "leads", { 线索编号: canaries.lead, 收到日期: "2023-04-01", 承办单位: world.units.east });
  const file = randomUUID();
  const place = `${api}/entries/${westEntry}/attachments/${file}`;
  const content = Buffer.from(canaries.westFile);
  const sha256 = createHash("sha256").update(content).digest("hex");
  await west.send("PUT", place, { name: `${canaries.westFile}.txt`, bytes: content.length, sha256 });
  await west.put(`${place}/parts/0`, content);
  const finished = await west.send("POST", `${place}/finish`, {});
  if (finished.status !== 200) throw new Error(JSON.stringify(finished.body));
  await east.send("PUT", `${api}/drafts/record%2Fstudy`, { content: { text: canaries.eastDraft } });
  const made = await asOwner(world.database, "canaries", async (tx) => {
    const person = {
      code: "P099",
      name: canaries.westPerson,
      unit: world.units.west,
      department: null,
      position: "干部",
      to: null,
    };
    const [hidden = 0] = await registerPeople(tx, world.campaign.realm, [person]);
    const account = await seatAccount(
      tx,
      world.campaign,
      {
        login: "canary",
        name: canaries.westAccount,
        password,
        realm: world.campaign.realm,
        unit: world.units.west,
        role: "liaison",
      },
      world.time.now,
    );
    return { hidden, account: account.id };
  });
  const document = (await east.send("POST", `${api}/documents`, { template: "brief" })).body.document as string;
  const units = [...Object.values(world.units), world.campaign.root, 999_999];
  known = {
    campaign: ["trial"],
    entry: [eastEntry, westEntry, lead, randomUUID()],
    ledger: ["study", "leads", "tasks", "roster", "units"],
    attachment: [file, randomUUID()],
    unit: units,
    parent: units,
    into: units,
    person: [...Object.values(world.people), made.hidden, 999_999],
    account: [made.account, 999_999],
    document: [document, randomUUID()],
    figure: ["attended", "leads"],
    keys: ["attended", "attended,leads"],
    template: ["brief"],
    key: ["record%2Fstudy", "甲"],
    values: [study(world.units.east, "E-9", "学习"), { 实到人数: 3 }, { 参加人员: ["P002", 1, null] }, { 活动日期: "\0" }],
    where: ['{"主题":{"contains":"金"}}', '{"实到人数":{"from":1}}', '{"主题":{"is":[null]}}', '{"a":{"b":1}}', "{"],
    columns: ["主题,活动日期", "主题"],
    sort: ["主题", "活动日期", "没有"],
    format: ["csv", "xlsx"],
    text: ["东", "金丝雀", "%"],
    login: ["canary", "nobody-here"],
    role: ["liaison", "lead_custodian", "system_admin"],
    transition: ["确认", "退回"],
    version: [1, 2],
    limit: [1, 500],
    dryRun: [true, false],
  };
  const paths = (await world.anonymous.get("/openapi.json")).body.paths as Record<string, Record<string, Operation>>;
  operations = new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [operation.operationId, { ...operation, method, path }] as const),
    ),
  );
}, 60_000);
afterAll(async () => {
  agent.destroy();
  await world?.close();
});

interface Answer {
  status: number;
  type: string;
  body: Buffer;
  heads: string;
}

/** One request over the wire. A stream of events is left when it has begun. */
function ask({ method, path, headers, body }: Asking, token: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        agent,
        timeout: patience,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-length": body.length }),
        },
      },
      (answer) => {
        const type = answer.headers["content-type"] ?? "";
        const chunks: Buffer[] = [];
        const done = (): void =>
          resolve({ status: answer.statusCode ?? 0, type, body: Buffer.concat(chunks), heads: answer.rawHeaders.join("\n") });
        answer.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          if (type.startsWith("text/event-stream")) {
            answer.destroy();
            done();
          }
        });
        answer.on("end", done);
        answer.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer for ${patience} ms`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function tokenOf(asker: Asker): Promise<string | undefined> {
  if (asker === "nobody") return undefined;
  const kept = tokens.get(asker);
  if (kept !== undefined) {
    const { status } = await ask({ method: "GET", path: "/api/me", headers: {}, body: undefined }, kept);
    if (status === 200) return kept;
  }
  // Whoever was locked out by what was tried in their name waits until that is over.
  for (let tries = 0; ; tries++) {
    const { status, body } = await world.anonymous.send("POST", "/api/session", { login: asker, password });
    if (status === 429 && tries < 3) {
      world.time.now = new Date(world.time.now.getTime() + 16 * 60_000);
      continue;
    }
    expect(status, `${asker} can sign in: ${JSON.stringify(body)}`).toBe(200);
    tokens.set(asker, body.token as string);
    return body.token as string;
  }
}

/** What tells how the program is made, or where it runs. */
const telling =
  /\n\s+at \S|\.ts:\d+|node_modules|\bselect [\w*"]+(?:,| from)|\binsert into|\brelation "|\bcolumn "|syntax error|violates|pg_\w+|\bE(?:CONN|NOENT|ACCES)|\/tmp\/|TypeError|RangeError|ZodError|\[object Object\]|undefined is not|Cannot read/i;

function judge(operation: Operation, asker: Asker, asking: Asking, answer: Answer): void {
  const text = answer.body.toString("utf8");
  const said = `${asker} ${asking.method} ${asking.path.slice(0, 300)} ${asking.headers["content-type"] ?? ""} ${asking.body?.toString("utf8").slice(0, 500) ?? ""}\n→ ${answer.status} ${text.slice(0, 600)}`;
  expect(answer.status, said).toBeLessThan(500);
  expect(answer.heads, said).toContain("nosniff");
  if (answer.status === 200) {
    const types = Object.keys(operation.responses["200"]?.content ?? {});
    expect(
      types.some((type) => answer.type.startsWith(type.split(";")[0] as string)),
      said,
    ).toBe(true);
  } else {
    expect(answer.type, said).toMatch(/^application\/problem\+json/);
    const problem = problemSchema.strict().parse(JSON.parse(text));
    expect(problem.status, said).toBe(answer.status);
    expect(problem.detail, said).toMatch(/\p{Script=Han}/u);
    expect(text, said).not.toMatch(telling);
  }
  for (const [name, canary] of Object.entries(canaries))
    if (!maySee[asker]?.includes(name as Canary)) {
      expect(text.includes(canary), `${name} for ${said}`).toBe(false);
      expect(
        decodeURIComponent(answer.heads.replaceAll(/%(?![0-9A-F]{2})/gi, "")).includes(canary),
        `${name} in headers, ${said}`,
      ).toBe(false);
    }
}

/** How often an answer had a status: requests that are all refused at the door would try nothing. */
const statuses = new Map<number, number>();

const names = actions.map(({ name }) => name);

async function fuzz(name: string, askers: readonly Asker[], round: number): Promise<void> {
  const operation = operations.get(name) as Operation;
  const property = fc.asyncProperty(
    requestsFor(operation, known),
    fc.constantFrom(...askers),
    fc.boolean(),
    async (asking, asker, burst) => {
      const token = await tokenOf(asker);
      const times = burst && operation.method !== "get" ? 4 : 1;
      const answers = await Promise.all(Array.from({ length: times }, () => ask(asking, token)));
      for (const answer of answers) {
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        judge(operation, asker, asking, answer);
      }
    },
  );
  await fc.assert(property, { seed: seed + round, numRuns: runs, endOnFailure: true });
}

describe("those who see little", () => {
  test.each(names)("%s", { timeout: 120_000 }, (name) => fuzz(name, limited, 0));
});
describe("those who may do much", () => {
  test.each(names)("%s", { timeout: 120_000 }, (name) => fuzz(name, strong, 1));
});

test("what is stored is whole, and the server is well", async () => {
  const { database } = world;
  // Its pack may have been loaded anew.
  const campaign = await asOwner(database, "verify", (tx) => findCampaign(tx, "trial", world.campaign.realm));
  if (!campaign) throw new Error("the campaign is gone");
  const faults = await asOwner(database, "verify", async (tx) => [
    ...(await verifyEntries(tx, campaign, campaign.realm)),
    ...(await verifyCampaignCells(tx, campaign, campaign.realm)),
    ...(await verifyAttachments(tx, campaign, campaign.realm)),
  ]);
  expect(faults).toEqual([]);
  expect((await world.anonymous.get("/healthz")).body).toEqual({ status: "ok" });
  const all = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  for (const [status, least] of [
    [200, 0.1],
    [400, 0.1],
    [403, 0.02],
    [404, 0.05],
  ] as const)
    expect((statuses.get(status) ?? 0) / all, `share of ${status} in ${JSON.stringify([...statuses])}`).toBeGreaterThan(least);
  expect(Object.prototype).not.toHaveProperty("admin");
});
