/** A small organisation with its campaign, accounts and servers, for tests that go through HTTP. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Campaign } from "#kernel/campaign.ts";
import { loadPack } from "#kernel/pack.ts";
import { asOwner, sql } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { readRules, writeRules } from "#features/access/sign-in-rules.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { createServer } from "../src/main.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** An answer: status, JSON body if it is JSON, and the raw parts. */
export interface Reply {
  status: number;
  // Bodies are looked into by tests, each of which knows its own shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
  raw: Buffer;
  headers: Record<string, unknown>;
}

export interface Client {
  get(path: string): Promise<Reply>;
  send(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<Reply>;
  /** Bytes as the body of a PUT. */
  put(path: string, bytes: Buffer, type?: string): Promise<Reply>;
  upload(path: string, file: { name: string; content: Buffer }, fields?: Record<string, string>): Promise<Reply>;
}

export const password = "正确的口令-1";

/** Asks a server as whoever a token stands for. */
export function clientOf(app: FastifyInstance, token?: string): Client {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const reply = (response: Awaited<ReturnType<FastifyInstance["inject"]>>): Reply => ({
    status: response.statusCode,
    body: /json/.test(String(response.headers["content-type"])) ? JSON.parse(response.body) : undefined,
    raw: response.rawPayload,
    headers: response.headers,
  });
  return {
    get: async (url) => reply(await app.inject({ method: "GET", url, headers })),
    send: async (method, url, body) =>
      reply(await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })),
    put: async (url, payload, type = "application/octet-stream") =>
      reply(await app.inject({ method: "PUT", url, headers: { ...headers, "content-type": type }, payload })),
    upload: async (url, file, fields = {}) => {
      const boundary = randomUUID();
      const parts = Object.entries(fields).map(
        ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      const head = `${parts.join("")}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
      const payload = Buffer.concat([Buffer.from(head), file.content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
      return reply(
        await app.inject({
          method: "POST",
          url,
          headers: { ...headers, "content-type": `multipart/form-data; boundary=${boundary}` },
          payload,
        }),
      );
    },
  };
}

export interface World {
  database: TestDatabase;
  campaign: Campaign;
  app: FastifyInstance;
  /** The clock of the servers; move it by assignment. */
  time: { now: Date };
  /** Units: two districts, and an office below the first. */
  units: Record<"east" | "west" | "eastOffice", number>;
  /** People: two in the east, one in the west. */
  people: Record<"ann" | "bob" | "wei", number>;
  /** A client with the session that this login got when it was first asked for. */
  as(login: Login, app?: FastifyInstance): Promise<Client>;
  /** A client with a session of its own. */
  signIn(login: Login, app?: FastifyInstance): Promise<Client>;
  anonymous: Client;
  /** A new server on the same database, with a pool of its own. */
  another(): Promise<FastifyInstance>;
  /** Audit rows of an action, oldest first. */
  audit(action: string): Promise<{ actor: number | null; result: string; unit_id: number | null; details: unknown }[]>;
  close(): Promise<void>;
}

export type Login =
  | "office"
  | "east"
  | "eastHead"
  | "eastOffice"
  | "west"
  | "auditor"
  | "custodian"
  | "ann"
  | "system"
  | "security";

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase();
  const { pack, problems } = await loadPack(join(import.meta.dirname, "fixtures/packs/trial"));
  if (!pack) throw new Error(JSON.stringify(problems));
  const time = { now: new Date("2023-06-15T02:00:00Z") };
  const unit = (code: string, name: string, parent: string | null) => ({
    code,
    name,
    kind: "区",
    level: null,
    parent,
    from: null,
    to: null,
  });
  const { campaign, units, people } = await asOwner(database, "make a world", async (tx) => {
    const made = await storePack(tx, pack, time.now);
    // Whoever a test comes as comes with a password alone; `sign-in.test.ts` asks for more.
    await writeRules(tx, { ...(await readRules(tx)), secondFactor: [] }, null, time.now);
    const ids = await registerUnits(
      tx,
      made.realm,
      [unit("U1", "东区纪委", null), unit("U2", "西区纪委", null), unit("U11", "东区纪委办公室", "U1")],
      made.root,
    );
    await rebuildPaths(tx, made.realm, made.id, made.pack.rollUp);
    const [east = 0, west = 0, eastOffice = 0] = ids;
    const person = (code: string, name: string, home: number) => ({
      code,
      name,
      unit: home,
      department: null,
      position: "干部",
      to: null,
    });
    const [ann = 0, bob = 0, wei = 0] = await registerPeople(tx, made.realm, [
      person("P001", "安然", east),
      person("P002", "白帆", east),
      person("P003", "魏西", west),
    ]);
    const account = (login: Login, role: string, home: number, owner?: number) =>
      seatAccount(
        tx,
        made,
        {
          login,
          name: `${login}的账号`,
          password,
          realm: made.realm,
          unit: home,
          role,
          ...(owner === undefined ? {} : { person: owner }),
        },
        time.now,
      );
    await account("office", "office", made.root);
    await account("auditor", "auditor", made.root);
    await account("system", "system_admin", made.root);
    await account("security", "security_admin", made.root);
    await account("custodian", "lead_custodian", made.root);
    await account("east", "liaison", east);
    await account("eastHead", "unit_head", east);
    await account("eastOffice", "liaison", eastOffice);
    await account("west", "liaison", west);
    await account("ann", "cadre", east, ann);
    return { campaign: made, units: { east, west, eastOffice }, people: { ann, bob, wei } };
  });
  const servers: FastifyInstance[] = [];
  const pools: { close(): Promise<void> }[] = [];
  const another = async (): Promise<FastifyInstance> => {
    const pool = servers.length === 0 ? database : database.open();
    if (pool !== database) pools.push(pool);
    const server = await createServer(pool, { clock: () => time.now, logLevel: "silent" });
    servers.push(server);
    return server;
  };
  const app = await another();
  const tokens = new Map<Login, string>();
  const tokenFor = async (login: Login, server: FastifyInstance): Promise<string> => {
    const { status, body } = await clientOf(server).send("POST", "/api/session", { login, password });
    if (status !== 200) throw new Error(`${login} cannot sign in: ${JSON.stringify(body)}`);
    return body.token;
  };
  return {
    database,
    campaign,
    app,
    time,
    units,
    people,
    anonymous: clientOf(app),
    another,
    async as(login, server = app) {
      let token = tokens.get(login);
      if (token === undefined) tokens.set(login, (token = await tokenFor(login, server)));
      return clientOf(server, token);
    },
    signIn: async (login, server = app) => clientOf(server, await tokenFor(login, server)),
    audit: (action) =>
      asOwner(database, "read audit", (tx) =>
        tx.query(sql`select actor, result, unit_id, details from audit where action = ${action} order by audit_id`),
      ),
    async close() {
      for (const server of servers) await server.close();
      for (const pool of pools) await pool.close();
      await database.close();
    },
  };
}
