/**
 * Sign-ins per second over HTTP, by 16 who come at once, against the bare check of the same password with as many at work
 * as the house lets; and how long somebody who is signed in waits for an answer meanwhile.
 */
import type { AddressInfo } from "node:net";
import { hash, verify } from "@node-rs/argon2";
import { putAccount } from "#features/access/access.model.ts";
import { atOnce } from "#features/access/passwords.ts";
import { readRules, writeRules } from "#features/access/sign-in-rules.model.ts";
import { asOwner } from "#platform/db.ts";
import { createServer } from "../src/main.ts";
import { median, openStage, quantile, type Result } from "./stage.ts";

const comers = 16;
const accounts = 64;
const seconds = 3;
const password = "仅供测速的口令";

export async function signingIn(_scale: number, say: (line: string) => void): Promise<Result[]> {
  const stage = await openStage("sign-in");
  const server = await createServer(stage.database, { logLevel: "silent" });
  try {
    await asOwner(stage.database, "accounts to sign in", async (tx) => {
      // All come from one address here, and more often than people do.
      await writeRules(tx, { ...(await readRules(tx)), accountRate: 1000, addressRate: 100_000 }, null, new Date());
      for (let index = 0; index < accounts; index++)
        await putAccount(tx, { login: `bench-${index}`, name: "测速", password, realm: 1, unit: 1 }, new Date());
    });
    await server.listen({ host: "127.0.0.1", port: 0 });
    const api = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api`;
    let next = 0;
    const enter = async (): Promise<string> => {
      const response = await fetch(`${api}/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ login: `bench-${next++ % accounts}`, password }),
      });
      if (!response.ok) throw new Error(`sign-in answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { token: string }).token;
    };
    const token = await enter();
    const ask = async (): Promise<number> => {
      const begun = performance.now();
      await (await fetch(`${api}/me`, { headers: { authorization: `Bearer ${token}` } })).text();
      return performance.now() - begun;
    };
    const kept = await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    const pairs: { bare: number; house: number }[] = [];
    const [quiet, busy]: [number[], number[]] = [[], []];
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 20; index++) quiet.push(await ask());
      const bare = await rate(atOnce, () => verify(kept, password));
      let rushing = true;
      const asking = (async () => {
        while (rushing) busy.push(await ask());
      })();
      const house = await rate(comers, enter);
      rushing = false;
      await asking;
      pairs.push({ bare, house });
      say(JSON.stringify(pairs.at(-1)));
    }
    const bare = median(pairs.map((pair) => pair.bare));
    return [
      {
        what: `sign-ins by ${comers} at once, ${atOnce} passwords checked at a time (ratio: median of ${pairs.length} pairs)`,
        value: bare * median(pairs.map((pair) => pair.house / pair.bare)),
        unit: "/s",
        baseline: { what: "bare argon2id verify", value: bare },
        target: { ratioAtLeast: 0.5 },
      },
      {
        what: "answer to somebody signed in during the rush, p95",
        value: quantile(busy, 0.95),
        unit: "ms",
        baseline: { what: "without a rush, p95", value: quantile(quiet, 0.95) },
        target: { atMost: 250 },
      },
    ];
  } finally {
    await server.close();
    await stage.close();
  }
}

async function rate(workers: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  let count = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (; performance.now() < end; count++) await work();
    }),
  );
  return count / ((performance.now() - begun) / 1000);
}
