/** From starting the program on a data folder that holds a municipality until it answers its first request over HTTP. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openNation } from "./nation.ts";
import { dataFolder, median, openStage, time, type Result } from "./stage.ts";

export async function starting(scale: number, say: (line: string) => void): Promise<Result[]> {
  const entries = Math.max(2000, Math.round(100_000 * Math.min(1, scale * 10)));
  const name = `municipality-${entries}`;
  const stage = await openStage(name);
  await openNation(stage.database, { realms: 1, units: 300, people: 6000, entries }, say);
  await stage.close();
  const cli = join(import.meta.dirname, "../src/cli.ts");
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const port = await freePort();
    const env = { ...process.env, YIBENZHANG_DATA: dataFolder(name), PORT: String(port), LOG_LEVEL: "error" };
    const begun = performance.now();
    const child = spawn(process.execPath, [cli, "serve"], { env, stdio: "ignore" });
    const ended = once(child, "exit");
    // Refused for want of a session, which is looked for in the database.
    while (!(await answers(`http://127.0.0.1:${port}/api/campaigns/nation/units`))) {
      if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}`);
      await sleep(10);
    }
    times.push(performance.now() - begun);
    child.kill("SIGTERM");
    await ended;
  }
  const bare = await time(5, () => once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit"), 1);
  return [
    {
      what: "start on existing data to first answer",
      value: median(times),
      unit: "ms",
      baseline: { what: "starting Node alone", value: median(bare) },
      target: { atMost: 3000 },
    },
  ];
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => (await response.text()) !== "" && response.status < 500,
    () => false,
  );

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
