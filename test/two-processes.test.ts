/** Two processes of the program on one database: neither keeps in memory what the other changes. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Entry } from "#features/ledgers/ledgers.types.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import type { Command } from "./second-process.ts";
import { book, figures, openSmallCampaign, type SmallCampaign } from "./small-campaign.ts";
import { smallPack } from "./written-pack.ts";

interface Peer {
  child: ChildProcess;
  ask: <T = unknown>(command: Command) => Promise<T>;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A process with its own pool and memory, on a campaign. */
function start(key: string): Peer {
  const program = resolve(import.meta.dirname, "second-process.ts");
  const child = spawn(process.execPath, [program, database.url, key], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, (answer: { result?: unknown; problem?: string }) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { number, ...answer } = JSON.parse(line) as { number: number };
    waiting.get(number)?.(answer);
    waiting.delete(number);
  });
  child.once("exit", (code) => {
    for (const answer of waiting.values()) answer({ problem: `the process ended with ${code}` });
  });
  let number = 0;
  return {
    child,
    ask: <T>(command: Command) =>
      new Promise<T>((done, failed) => {
        waiting.set(++number, ({ result, problem }) => (problem === undefined ? done(result as T) : failed(new Error(problem))));
        child.stdin.write(`${JSON.stringify({ number, command })}\n`);
      }),
  };
}

/** Packs loaded one upon another can outrun every attempt of a transaction; it has then written nothing, and is asked again. */
const patient = ({ child, ask: once }: Peer): Peer => {
  const again = async <T>(command: Command): Promise<T> => {
    for (;;) {
      try {
        return await once<T>(command);
      } catch (error) {
        if (!(error as Error).message.includes("is not current")) throw error;
      }
    }
  };
  return { child, ask: again };
};

async function withPeers(small: SmallCampaign, run: (one: Peer, two: Peer) => Promise<void>): Promise<void> {
  const peers = [start(small.campaign.key), start(small.campaign.key)] as const;
  try {
    await run(...peers);
  } finally {
    for (const { child } of peers) {
      const gone = new Promise((done) => child.once("exit", done));
      child.stdin?.end();
      await gone;
    }
  }
}

const places = [{ name: "局" }, { name: "甲处", parent: "局" }, { name: "乙处", parent: "局" }, { name: "科", parent: "甲处" }];
const period = { from: "2023-01-01", to: "2023-12-31" };
type Answers = Record<string, Record<string, number>>;
const ask = (peer: Peer, small: SmallCampaign): Promise<Answers> =>
  peer.ask<Answers>({ do: "figures", units: [...small.ids.values()], ...period });

it("what one writes, loads and moves, the other has at once", { timeout: 60_000 }, async () => {
  const small = await openSmallCampaign(database, "two", places);
  const [top, first, second, office] = ["局", "甲处", "乙处", "科"].map((name) => small.id(name)) as [
    number,
    number,
    number,
    number,
  ];
  await withPeers(small, async (one, two) => {
    const id = randomUUID();
    // Both have read everything once before anything changes.
    expect(await ask(one, small)).toEqual(await ask(two, small));
    await one.ask({ do: "record", id, values: { 编号: "B1", 单位: office, 日期: "2023-03-10", 人数: 5, 形式: "研讨" } });
    expect((await ask(two, small))[top]).toEqual({ times: 1, attended: 5, forms: 1, ever: 1, listed: 1 });
    await two.ask({ do: "change", id, base: 1, values: { 人数: 8 } });
    await expect(one.ask({ do: "change", id, base: 1, values: { 人数: 9 } })).rejects.toThrow("version_conflict");
    expect((await ask(one, small))[top]).toMatchObject({ attended: 8 });
    expect(await one.ask<number>({ do: "fold" })).toBeGreaterThan(0);
    expect(await two.ask({ do: "fold" })).toBe(0);
    expect((await ask(two, small))[top]).toMatchObject({ times: 1, attended: 8 });

    // A pack that one loads is the other's at its next request, with figures that count what is there already.
    const more = [
      ...figures,
      { key: "talks", name: "研讨", unit: "场", ledger: "book", count: "entries", where: { 形式: "研讨" } },
    ];
    const pack = await smallPack({
      key: "two",
      ledgers: [{ ...book, fields: [...book.fields, { name: "地点" }] }],
      figures: more,
    });
    const packId = await one.ask<number>({ do: "load", pack });
    expect((await ask(two, small))[top]).toMatchObject({ times: 1, talks: 1 });
    const values = { 编号: "B2", 单位: office, 日期: "2023-05-10", 人数: 3, 形式: "研讨", 地点: "会议室" };
    const entry = await two.ask<Entry>({ do: "record", id: randomUUID(), values });
    expect(entry).toMatchObject({ packId, data: { 地点: "会议室" } });
    expect((await ask(one, small))[top]).toMatchObject({ times: 2, attended: 11, talks: 2, listed: 2 });

    // A unit that one moves counts elsewhere for the other.
    await two.ask({ do: "move", unit: office, parent: second, day: "2023-05-01" });
    expect(await ask(one, small)).toMatchObject({ [first]: { times: 1, talks: 1 }, [second]: { times: 1, talks: 1 } });
    await one.ask({
      do: "record",
      id: randomUUID(),
      values: { 编号: "B3", 单位: office, 日期: "2023-05-11", 人数: 1, 形式: "党课" },
    });
    await two.ask({ do: "fold" });
    expect((await ask(two, small))[second]).toEqual({ times: 2, attended: 4, forms: 2, ever: 2, talks: 1, listed: 2 });
    expect(await ask(one, small)).toEqual(await ask(two, small));
    expect(await one.ask({ do: "verify" })).toEqual([]);
  });
});

it(
  "both writing at once, while packs are loaded, units moved and totals folded, lose and double nothing",
  { timeout: 120_000 },
  async () => {
    const small = await openSmallCampaign(database, "busy", places);
    const units = [...small.ids.values()].slice(1);
    const extra = (index: number): Record<string, unknown> => ({
      key: `more${index}`,
      name: `另计${index}`,
      ledger: "book",
      sum: "人数",
      where: { 人数: { from: index } },
    });
    const packs = await Promise.all(
      [1, 2, 3].map((index) => smallPack({ key: "busy", ledgers: [book], figures: [...figures, extra(index)] })),
    );
    await withPeers(small, async (one, two) => {
      const peers = [patient(one), patient(two)];
      const random = fc.sample(fc.tuple(fc.nat(9), fc.nat(units.length - 1), fc.nat(300), fc.nat(20)), {
        numRuns: 240,
        seed: 20230303,
      });
      const written: string[] = [];
      let expected = 0;
      let day = 0;
      let pack = 0;
      const jobs = random.map(([kind, unit, offset, people], index) => async (): Promise<void> => {
        const peer = peers[index % 2] as Peer;
        if (kind === 0) await peer.ask({ do: "fold" });
        else if (kind === 1 && index % 6 === 0)
          await peer.ask({ do: "load", pack: packs[++pack % packs.length] as (typeof packs)[number] });
        else if (kind === 2 && index % 4 === 0) {
          // Each later than the one before, so that none is refused for its day.
          const on = new Date(Date.UTC(2023, 2, 1 + 5 * ++day)).toISOString().slice(0, 10);
          await peer
            .ask({ do: "move", unit: small.id("科"), parent: small.id(day % 2 === 0 ? "甲处" : "乙处"), day: on })
            .catch((error: Error) => {
              // Of two moves at once the later day may come first.
              if (!error.message.includes("move_before")) throw error;
            });
        } else {
          const id = randomUUID();
          const date = new Date(Date.UTC(2023, 1, 1 + offset)).toISOString().slice(0, 10);
          const values = { 编号: `B${index}`, 单位: units[unit] as number, 日期: date, 人数: people, 形式: `形式${people}` };
          await peer.ask({ do: "record", id, values });
          written.push(id);
          if (index % 5 !== 0) {
            expected += people;
            return;
          }
          await (peers[(index + 1) % 2] as Peer).ask({ do: "change", id, base: 1, values: { 人数: people + 1 } });
          expected += people + 1;
        }
      });
      // Four at a time in each. What fails is told when all have ended, so that none asks a process that has gone.
      const workers = Array.from({ length: 8 }, async () => {
        for (let job = jobs.shift(); job; job = jobs.shift()) await job();
      });
      await Promise.allSettled(workers);
      await Promise.all(workers);
      const answers = await ask(one, small);
      expect(answers).toEqual(await ask(two, small));
      expect(answers[small.campaign.root]).toMatchObject({
        times: written.length,
        attended: expected,
        ever: written.length,
        listed: written.length,
      });
      while ((await one.ask<number>({ do: "fold" })) > 0);
      expect(await ask(two, small)).toEqual(answers);
      expect(await two.ask({ do: "verify" })).toEqual([]);
    });
  },
);
