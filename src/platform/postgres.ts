// How the program gets its database. Without DATABASE_URL it runs its own PostgreSQL on the data folder, shared by all processes of
// the program on that folder: the first to come starts the server, the last to leave stops it. Each keeps one connection open, the
// keeper, under a telling name; counting keepers tells who is last, and `serve` takes an advisory lock on its keeper, so that no
// two serve the same data. Both vanish with the process, however it dies: nothing stale is left. If the server dies, the keeper's
// connection breaks, and the process brings the server up again.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { keepCapped } from "./capped-log.ts";
import { createCluster, databaseName, openCluster, type Cluster } from "./postgres-cluster.ts";
import { awaitServer, findServer, socketOf, startServer, stopServer, type RunningServer } from "./postgres-server.ts";
import { withProcessLock } from "./process-lock.ts";
import { StartError } from "./start-error.ts";

export interface Database {
  /** For `new pg.Pool(…)` or `new pg.Client(…)`; with the embedded server add another `user` to take another role, no password is asked. */
  readonly connection: pg.ClientConfig;
  /** The same as a `postgresql://` address. */
  readonly url: string;
  readonly embedded: boolean;
  /** Whether this process started the server. */
  readonly owned: boolean;
  /** Call after closing all connections. Stops the embedded server unless another process of the program still uses it. */
  stop(): Promise<void>;
}

export interface DatabaseOptions {
  dataDir: string;
  /** An external server, 15 or newer, instead of the embedded one. */
  databaseUrl?: string | undefined;
  /** 'serve': nobody else may serve this data folder at the same time. 'tool': joins whoever runs. */
  purpose: "serve" | "tool";
  /** Takes Chinese lines about what goes on. */
  log?: ((line: string) => void) | undefined;
  /** PostgreSQL's bin/, lib/, share/ when not from the installed package. */
  nativeDir?: string | undefined;
}

const keeperName = "yibenzhang-keeper";
const serveLock = [0x79_62_7a, 1];

const configFor = (server: RunningServer): pg.ClientConfig => ({
  host: server.socketDir,
  port: 5432,
  user: databaseName,
  database: databaseName,
});

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "");

async function connectKeeper(server: RunningServer, purpose: string): Promise<pg.Client> {
  const config = { ...configFor(server), application_name: `${keeperName} ${purpose} ${process.pid}` };
  const connect = async (database: string) => {
    const client = new pg.Client({ ...config, database });
    client.on("error", () => {}); // 'end' follows, which is what is acted on
    await client.connect();
    return client;
  };
  try {
    return await connect(databaseName);
  } catch (error) {
    if (codeOf(error) !== "3D000") throw error;
    const maintenance = await connect("postgres");
    await maintenance.query(`create database ${databaseName}`);
    await maintenance.end();
    return connect(databaseName);
  }
}

/** The keeper, once the server accepts connections; undefined while it is starting or recovering. */
async function tryKeeper(server: RunningServer, purpose: string): Promise<pg.Client | undefined> {
  try {
    return await connectKeeper(server, purpose);
  } catch (error) {
    if (["ENOENT", "ECONNREFUSED", "ECONNRESET", "57P03"].includes(codeOf(error)) || /terminated/.test(String(error)))
      return undefined;
    if (["EACCES", "EPERM", "28000"].includes(codeOf(error))) {
      throw new StartError(
        `数据库已由另一个用户启动（进程 ${server.pid}），当前用户不能连接。请用启动服务的同一用户运行本命令。`,
      );
    }
    throw error;
  }
}

async function otherKeepers(keeper: pg.Client): Promise<{ purpose: string; pid: number }[]> {
  const { rows } = await keeper.query<{ application_name: string }>(
    "select application_name from pg_stat_activity where application_name like $1 and pid <> pg_backend_pid()",
    [`${keeperName} %`],
  );
  return rows
    .map(({ application_name }) => application_name.split(" "))
    .map(([, purpose, pid]) => ({ purpose: purpose ?? "", pid: Number(pid) }));
}

async function takeServeLock(keeper: pg.Client, dataDir: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await keeper.query<{ taken: boolean }>("select pg_try_advisory_lock($1, $2) as taken", serveLock);
    if (rows[0]?.taken) return;
    const holder = (await otherKeepers(keeper)).find(({ purpose }) => purpose === "serve");
    // A process that was just killed holds the lock until the server notices.
    const alive = holder && isAlive(holder.pid);
    if (alive || attempt > 100) {
      throw new StartError(
        `数据文件夹 ${dataDir} 正在被另一个服务使用（进程 ${holder?.pid ?? "未知"}），不能同时启动两个。请直接使用已启动的服务；要重新启动，请先停止它（kill ${holder?.pid ?? "进程号"}）；要另开一套，请把环境变量 YIBENZHANG_DATA 指向另一个文件夹。`,
      );
    }
    await sleep(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function startEmbedded({ dataDir, purpose, log = () => {}, nativeDir }: DatabaseOptions): Promise<Database> {
  let cluster: Cluster = openCluster(dataDir, nativeDir);
  const lockName = `yibenzhang-${createHash("sha256").update(cluster.dataDir).digest("hex").slice(0, 32)}`;
  const locked = <T>(work: () => Promise<T>) => withProcessLock(lockName, 180_000, work);

  let keeper: pg.Client;
  let server: RunningServer;
  let owned = false;
  const stopped = new AbortController();
  let stopping = false;
  let repairing: Promise<void> | undefined;

  /** The keeper of the server that is already there, waiting while it recovers; undefined if there is none. */
  async function join(): Promise<pg.Client | undefined> {
    let missing = 0;
    for (let running = await awaitServer(cluster.pgDir); running; running = await awaitServer(cluster.pgDir)) {
      // A server makes its socket before anything else; one that someone deleted (a job that tidies up) never comes back.
      missing = existsSync(socketOf(running)) ? 0 : missing + 1;
      if (missing > 60) {
        log(`数据库进程 ${running.pid} 的连接文件 ${socketOf(running)} 已被删除，正在重新启动数据库。`);
        await stopServer(cluster.pgDir, running);
        return undefined;
      }
      const client = await tryKeeper(running, purpose);
      if (client) {
        server = running;
        return client;
      }
      await sleep(50);
    }
    return undefined;
  }

  async function start(): Promise<pg.Client> {
    cluster = openCluster(dataDir, nativeDir);
    await createCluster(cluster);
    let client: pg.Client | undefined;
    const began = Date.now();
    let told = began;
    server = await startServer(cluster, async (running) => {
      client = await tryKeeper(running, purpose);
      if (!client && Date.now() - told > 10_000) {
        told = Date.now();
        log(`数据库上次没有正常停止，正在恢复，已用 ${Math.round((told - began) / 1000)} 秒，请稍候……`);
      }
      return client !== undefined;
    });
    owned = true;
    if (!client) throw new StartError("数据库已启动但无法连接。");
    return client;
  }

  async function acquire(): Promise<void> {
    let client = await join();
    if (client && purpose === "serve" && !repairing && (await otherKeepers(client)).every(({ pid }) => !isAlive(pid))) {
      // Left behind by a killed process: settings and log may be those of an older program, so start afresh.
      log(`发现上次异常退出留下的数据库进程 ${server.pid}，正在重新启动数据库。`);
      await client.end();
      await stopServer(cluster.pgDir, server);
      client = undefined;
    }
    client ??= await start();
    try {
      if (purpose === "serve") await takeServeLock(client, cluster.dataDir);
    } catch (error) {
      await client.end();
      throw error;
    }
    keeper = client;
    keeper.once("end", () => {
      if (!stopping) repairing ??= repair().finally(() => (repairing = undefined));
    });
  }

  async function repair(): Promise<void> {
    log("与数据库的连接中断，正在恢复。");
    for (let pause = 100; !stopping; pause = Math.min(pause * 2, 10_000)) {
      try {
        await locked(async () => {
          if (!stopping) await acquire();
        });
        log("数据库已恢复。");
        return;
      } catch (error) {
        log(`数据库没有恢复，${Math.ceil(pause / 1000)} 秒后再试：${error instanceof Error ? error.message : String(error)}`);
        await sleep(pause, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  }

  /** Who else uses the server, asked anew if a crash has broken the keeper; undefined if it does not answer. */
  async function usersOf(running: RunningServer): Promise<{ pid: number }[] | undefined> {
    const known = await otherKeepers(keeper).catch(() => undefined);
    for (let left = 60; !known && left > 0; left--) {
      const client = await tryKeeper(running, purpose).catch(() => undefined);
      if (client)
        try {
          return await otherKeepers(client);
        } finally {
          await client.end();
        }
      await sleep(50);
    }
    return known;
  }

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    stopped.abort();
    stopCapping();
    await repairing;
    await locked(async () => {
      const running = findServer(cluster.pgDir);
      const others = running && (await usersOf(running));
      await keeper.end().catch(() => {});
      // One that does not answer is recovering, or cannot for a full disk; then it does not obey either.
      if (running && !others?.some(({ pid }) => isAlive(pid))) await stopServer(cluster.pgDir, running, others ? 60_000 : 2_000);
    });
  }

  await locked(acquire);
  const stopCapping = keepCapped(cluster.logFile);
  return {
    get connection() {
      return configFor(server);
    },
    get url() {
      return `postgresql:///${databaseName}?host=${encodeURIComponent(server.socketDir)}&port=5432&user=${databaseName}`;
    },
    embedded: true,
    get owned() {
      return owned;
    },
    stop,
  };
}

async function checkExternal(databaseUrl: string): Promise<Database> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 15_000 });
  let version: number;
  try {
    await client.connect();
    version = Number((await client.query<{ v: string }>("select current_setting('server_version_num') as v")).rows[0]?.v);
  } catch (error) {
    throw new StartError(
      `连接不上环境变量 DATABASE_URL 指明的数据库。请检查地址、端口、用户名、密码和库名，以及数据库是否已启动、防火墙是否放行；不设 DATABASE_URL 则使用自带的数据库。\n原因：${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    await client.end().catch(() => {});
  }
  if (version < 150_000) {
    throw new StartError(
      `DATABASE_URL 指明的数据库是 PostgreSQL ${Math.floor(version / 10_000)}，版本过低。本程序需要 15 或更高版本，请升级数据库；不设 DATABASE_URL 则使用自带的数据库。`,
    );
  }
  return { connection: { connectionString: databaseUrl }, url: databaseUrl, embedded: false, owned: false, stop: async () => {} };
}

/** Makes a database available and keeps it so until `stop`. Throws a StartError when it cannot, or when `serve` finds another server on the data. */
export function startDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl ? checkExternal(options.databaseUrl) : startEmbedded(options);
}
