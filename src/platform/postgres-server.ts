// The server process of one cluster. Which process that is, is asked of the kernel, not of postmaster.pid alone: every PostgreSQL
// process works in its cluster's folder, so a `postgres` whose working folder is that folder (same device and inode) belongs to
// it, and a pid that was given to some other program since a crash does not.
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openCappedLog } from "./capped-log.ts";
import { explainFailure, type Cluster } from "./postgres-cluster.ts";
import { StartError } from "./start-error.ts";

export interface RunningServer {
  pid: number;
  /** Folder of its unix socket; the port is always 5432. */
  socketDir: string;
}

export const socketOf = (server: RunningServer): string => join(server.socketDir, ".s.PGSQL.5432");

function worksIn(pid: number, dir: string): boolean {
  const at = statSync(`/proc/${pid}/cwd`, { throwIfNoEntry: false });
  const is = statSync(dir, { throwIfNoEntry: false });
  return at !== undefined && is !== undefined && at.dev === is.dev && at.ino === is.ino;
}

function processesOf(pgDir: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        // An administrator's shell may stand in the folder too.
        return pid > 0 && worksIn(pid, pgDir) && readFileSync(`/proc/${pid}/comm`, "utf8") === "postgres\n";
      } catch {
        return false; // another user's process, which cannot be ours
      }
    });
}

function readPidFile(pgDir: string): RunningServer | undefined {
  try {
    const lines = readFileSync(join(pgDir, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), socketDir: lines[4]?.trim() ?? "" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The server that runs on this cluster, whoever started it. */
export function findServer(pgDir: string): RunningServer | undefined {
  const noted = readPidFile(pgDir);
  try {
    return noted && noted.pid > 0 && noted.socketDir && worksIn(noted.pid, pgDir) ? noted : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The same, waited for while processes of the cluster are there and none is named as their head: a server that has just
 * been started, by someone who may have been killed over it, or what a dead one leaves behind for a moment.
 */
export async function awaitServer(pgDir: string): Promise<RunningServer | undefined> {
  await until(() => findServer(pgDir) !== undefined || processesOf(pgDir).length === 0, 3_000);
  return findServer(pgDir);
}

const signal = (pid: number, name: NodeJS.Signals) => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

async function until(condition: () => boolean, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Children of a main process that crashed hold the memory that a new one needs; those who have not ended by now are killed. */
async function clearRemains({ pgDir, runDir }: Cluster): Promise<void> {
  for (const pid of processesOf(pgDir)) signal(pid, "SIGKILL");
  await until(() => processesOf(pgDir).length === 0, 5_000);
  // A stale file stops PostgreSQL when its pid belongs to another process of the same user, as happens after a reboot, or
  // is that of a dead one which nobody has buried, as happens in containers.
  for (const file of [join(pgDir, "postmaster.pid"), join(runDir, ".s.PGSQL.5432.lock")]) rmSync(file, { force: true });
}

function tailOf(path: string, from: number): string {
  const fd = openSync(path, "r");
  try {
    const size = statSync(path).size;
    const buffer = Buffer.alloc(Math.min(8192, Math.max(0, size - from)));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString();
  } finally {
    closeSync(fd);
  }
}

/** Starts the server, detached from this process's terminal and outliving it. `ready` is asked until it says yes or the server gives up, without a limit, for crash recovery can take minutes. */
export async function startServer(cluster: Cluster, ready: (server: RunningServer) => Promise<boolean>): Promise<RunningServer> {
  const { pgDir, confDir, runDir, dataDir, logFile } = cluster;
  await clearRemains(cluster);
  const settings = {
    config_file: join(confDir, "postgresql.conf"),
    hba_file: join(confDir, "pg_hba.conf"),
    ident_file: join(confDir, "pg_ident.conf"),
    listen_addresses: "",
    unix_socket_directories: runDir,
    unix_socket_permissions: "0700",
    port: "5432",
  };
  const { command, args, options } = cluster.launch("postgres", [
    "-D",
    pgDir,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const log = openCappedLog(logFile);
  const logStart = statSync(logFile).size;
  let ended: string | undefined;
  const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", log.fd, log.fd] });
  child.once("error", (error) => (ended = error.message));
  child.once("exit", (code, by) => (ended ??= `postgres: ${by ?? `exit code ${code}`}`));
  child.unref();
  log.close();

  for (;;) {
    const server = findServer(pgDir);
    if (server && (await ready(server))) return server;
    if (ended !== undefined) throw explainFailure("启动数据库", dataDir, `${ended}\n${tailOf(logFile, logStart)}`);
    await sleep(25);
  }
}

/** Stops the server: open transactions are rolled back, everything is written out. One that does not obey within `patience` ms is stopped hard, which loses nothing but makes the next start slower. */
export async function stopServer(pgDir: string, { pid }: RunningServer, patience = 60_000): Promise<void> {
  const gone = () => processesOf(pgDir).length === 0;
  signal(pid, "SIGINT");
  if (await until(gone, patience)) return;
  signal(pid, "SIGQUIT");
  if (await until(gone, 15_000)) return;
  throw new StartError(
    `数据库进程 ${pid} 无法停止（数据在 ${pgDir}）。请检查磁盘是否正常，必要时运行 kill -9 ${pid}；已确认的数据不会丢失。`,
  );
}
