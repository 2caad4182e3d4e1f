import { closeSync, copyFileSync, openSync, renameSync, statSync, truncateSync } from "node:fs";

const limit = 10 * 1024 * 1024;

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Opens `path` for appending, for a child process to write to. A file above 10 MiB is first moved to `path.1`, replacing the older one. */
export function openCappedLog(path: string): { fd: number; close(): void } {
  if (sizeOf(path) > limit) renameSync(path, `${path}.1`);
  const fd = openSync(path, "a", 0o640);
  return { fd, close: () => closeSync(fd) };
}

/** Looks once a minute whether the log has passed 10 MiB and then copies it to `path.1` and empties it (the writer appends, so it goes on at the start). Returns the stop function. */
export function keepCapped(path: string, everyMs = 60_000): () => void {
  const timer = setInterval(() => {
    try {
      if (sizeOf(path) <= limit) return;
      copyFileSync(path, `${path}.1`);
    } catch {
      // A full disk: dropping old lines is better than stopping the database's log or filling the disk further.
    }
    try {
      truncateSync(path);
    } catch {
      // The folder is gone or read-only; the database itself will report it.
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
