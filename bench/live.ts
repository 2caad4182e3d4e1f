/** From a record's acknowledgement at one server until a screen that watches another has the new figure. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { asOwner, openDatabase, sql } from "#platform/db.ts";
import { seatAccount } from "#features/access/grants.model.ts";
import { createServer } from "../src/main.ts";
import { days, forms, kinds } from "./nation-pack.ts";
import { openNation } from "./nation.ts";
import { median, openStage, quantile, time, type Result } from "./stage.ts";

const samples = 60;
const watchers = 100;
const password = "bench-only-1";

export async function live(scale: number, say: (line: string) => void): Promise<Result[]> {
  const entries = Math.max(2000, Math.round(100_000 * Math.min(1, scale * 10)));
  const stage = await openStage(`municipality-${entries}`);
  const second = openDatabase(stage.connection);
  const servers: FastifyInstance[] = [];
  try {
    const campaign = await openNation(stage.database, { realms: 1, units: 300, people: 6000, entries }, say);
    const leaf = await asOwner(stage.database, "a leaf", async (tx) => {
      const found = await tx.one<{ unit: number; realm: number }>(
        sql`select unit_id as unit, realm_id as realm from units where realm_id = any(${campaign.realms}::integer[]) and level = '乡' order by unit_id limit 1`,
      );
      if (!found) throw new Error("no leaf");
      const account = { name: "bench", password };
      await seatAccount(
        tx,
        campaign,
        { ...account, login: "bench-office", realm: campaign.realm, unit: campaign.root, role: "office" },
        new Date(),
      );
      await seatAccount(
        tx,
        campaign,
        { ...account, login: "bench-leaf", realm: found.realm, unit: found.unit, role: "liaison" },
        new Date(),
      );
      return found.unit;
    });
    for (const database of [stage.database, second]) {
      const server = await createServer(database, { logLevel: "silent" });
      await server.listen({ host: "127.0.0.1", port: 0 });
      servers.push(server);
    }
    const [reading = "", writing = ""] = servers.map(
      (server) => `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api`,
    );
    const office = await signIn(reading, "bench-office");
    const below = await signIn(writing, "bench-leaf");
    const figure = campaign.pack.figures.find(({ key }) => key === "l01-count")?.key ?? "";
    const value = async (): Promise<number> =>
      (await get(`${reading}/campaigns/nation/figures?keys=${figure}&from=${days.from}&to=${days.to}`, office)).units[0]
        .figures[0].value as number;
    const stops = await Promise.all(Array.from({ length: watchers - 1 }, () => watch(reading, office)));
    const screen = await watch(reading, office);
    const took: number[] = [];
    for (let index = 0; index < samples; index++) {
      const before = await value();
      const told = screen.next();
      const response = await fetch(`${writing}/campaigns/nation/ledgers/l01/entries/${randomUUID()}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${below}`, "content-type": "application/json" },
        body: JSON.stringify({
          values: {
            编号: `L-${randomUUID()}`,
            单位: leaf,
            活动日期: days.from,
            活动名称: "学习",
            类别: kinds[0],
            形式: forms[0],
            参加人数: 3,
          },
        }),
      });
      if (!response.ok) throw new Error(`recording answered ${response.status}: ${await response.text()}`);
      const begun = performance.now();
      await told;
      if ((await value()) !== before + 1) throw new Error("the figure is not the new one");
      took.push(performance.now() - begun);
      // What is gathered of this one must not be taken for the next.
      await new Promise((done) => void setTimeout(done, 500));
    }
    const asking = await time(20, value);
    for (const one of [...stops, screen]) one.close();
    return [
      {
        what: `a record is in the figure of a screen at another server, ${watchers} watching, p95`,
        value: quantile(took, 0.95),
        unit: "ms",
        baseline: { what: "asking for the figure", value: median(asking) },
        // A browser waits up to 200 ms more, so that not all ask at the same moment.
        target: { atMost: 800 },
      },
    ];
  } finally {
    for (const server of servers) await server.close();
    await second.close();
    await stage.close();
  }
}

async function signIn(api: string, login: string): Promise<string> {
  const response = await fetch(`${api}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login, password }),
  });
  return ((await response.json()) as { token: string }).token;
}

interface Answer {
  units: { figures: { value: unknown }[] }[];
}
async function get(url: string, token: string): Promise<{ units: [{ figures: [{ value: unknown }] }] }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const body = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(body)}`);
  return body as { units: [{ figures: [{ value: unknown }] }] };
}

async function watch(api: string, token: string): Promise<{ next: () => Promise<unknown>; close: () => void }> {
  const stop = new AbortController();
  const response = await fetch(`${api}/campaigns/nation/live`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stop.signal,
  });
  const reader = response.body?.getReader();
  await reader?.read();
  return { next: () => reader?.read() ?? Promise.resolve(), close: () => stop.abort() };
}
