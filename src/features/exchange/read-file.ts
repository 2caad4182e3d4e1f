/** From a file on disk to batches of raw rows: what it is, whether it is safe, and what stands in it. */
import { basename } from "node:path";
import { Worker } from "node:worker_threads";
import { FileRefused, readLimits, type ReadLimits } from "./file-refused.ts";
import type { ReadEvent } from "./read-events.ts";
import type { ReadJob, WorkerMessage } from "./read-worker.ts";

// The server's bundle holds the worker as a second entry beside it.
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./read-worker.ts" : "./read-worker.js", import.meta.url);

export interface ReadOptions {
  /** The file's name as its sender knows it, for messages; default the name on disk. */
  name?: string | undefined;
  limits?: Partial<ReadLimits> | undefined;
}

/**
 * Reads an .xlsx, .xls or .csv in a worker thread and yields its sheets and batches of rows in order, never more than
 * a few batches ahead of the consumer. Throws `FileRefused` for whatever makes the file as a whole unreadable.
 */
export async function* readFile(path: string, options: ReadOptions = {}): AsyncGenerator<ReadEvent> {
  const limits = { ...readLimits, ...options.limits };
  const file = options.name ?? basename(path);
  const job: ReadJob = { path, file, limits };
  const worker = new Worker(workerFile, {
    workerData: job,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes, maxYoungGenerationSizeMb: 32 },
  });
  const queue: WorkerMessage[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const push = (message: WorkerMessage): void => {
    queue.push(message);
    wake?.();
  };
  const fail = (error: Error): void => {
    failure ??= error;
    wake?.();
  };
  worker.on("message", push);
  worker.on("error", (error: NodeJS.ErrnoException) =>
    fail(
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? new FileRefused(
            "too_much_memory",
            `文件《${file}》内容过多，读取所需内存超过上限。请删去无关工作表，或分成几个文件上传。`,
          )
        : error,
    ),
  );
  worker.on("exit", () => fail(new Error(`reading ${file} ended early`)));

  let spent = 0;
  const next = async (): Promise<WorkerMessage> => {
    const started = performance.now();
    while (queue.length === 0) {
      if (failure !== undefined) throw failure;
      const left = limits.milliseconds - spent - (performance.now() - started);
      if (left <= 0)
        throw new FileRefused(
          "too_slow",
          `文件《${file}》读取超过 ${Math.round(limits.milliseconds / 1000)} 秒，已停止。请删去无关工作表，或分成几个文件上传。`,
        );
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        wake = resolve;
        timer = setTimeout(resolve, Math.max(1, left));
      });
      clearTimeout(timer);
    }
    spent += performance.now() - started;
    return queue.shift() as WorkerMessage;
  };
  try {
    for (;;) {
      const message = await next();
      if (message.type === "done") return;
      if (message.type === "refused") throw new FileRefused(message.code, message.message);
      worker.postMessage("more");
      yield message.event;
    }
  } finally {
    await worker.terminate();
  }
}
