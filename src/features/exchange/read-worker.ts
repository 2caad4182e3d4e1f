/**
 * Reads one file in a thread of its own, whose heap is limited, so that a hostile file ends this thread and not the
 * server. Batches go to the parent as messages; at most `ahead` of them are under way before the parent acknowledges.
 */
import { parentPort, workerData } from "node:worker_threads";
import { readCsv } from "./csv-rows.ts";
import { FileRefused, type ReadLimits, type RefusalCode } from "./file-refused.ts";
import { rowBudget, type ReadEvent } from "./read-events.ts";
import { asRefusal, fileKind, openWorkbook } from "./workbook-guard.ts";
import { readXlsx } from "./xlsx-rows.ts";

export interface ReadJob {
  path: string;
  file: string;
  limits: ReadLimits;
}
export type WorkerMessage =
  | { type: "event"; event: ReadEvent }
  | { type: "done" }
  | { type: "refused"; code: RefusalCode; message: string };

export const ahead = 8;

/** Hundreds of blanks in a row say nothing, and patterns that allow for blanks would try them in every way. */
const bounded = (event: ReadEvent): ReadEvent => {
  if (event.type !== "rows") return event;
  for (const { cells } of event.rows)
    for (const [index, cell] of cells.entries())
      if (typeof cell === "string" && cell.length > 200)
        cells[index] = cell.replace(/\s{200,}/g, (blanks) => blanks.slice(0, 200));
  return event;
};

async function* readEvents({ path, file, limits }: ReadJob): AsyncGenerator<ReadEvent> {
  const kind = await fileKind(path, file, limits);
  const budget = rowBudget(file, limits);
  if (kind === "text") yield* readCsv(path, file, budget, limits);
  else if (kind === "ole") {
    // A large library, loaded only for the old format.
    const { readXls } = await import("./xls-rows.ts");
    yield* readXls(path, file, budget, limits);
  } else {
    const zip = await openWorkbook(path, file, limits);
    try {
      yield* readXlsx(zip, budget, limits);
    } finally {
      zip.close();
    }
  }
}

const port = parentPort;
if (port !== null) {
  const job = workerData as ReadJob;
  let credit = ahead;
  let wake: (() => void) | undefined;
  port.on("message", () => {
    credit++;
    wake?.();
  });
  const send = (message: WorkerMessage): void => port.postMessage(message);
  try {
    for await (const event of readEvents(job)) {
      while (credit === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      credit--;
      send({ type: "event", event: bounded(event) });
    }
    send({ type: "done" });
  } catch (error) {
    const refusal = error instanceof FileRefused ? error : asRefusal(job.file, error);
    send({ type: "refused", code: refusal.code, message: refusal.message });
  }
  port.close();
}
