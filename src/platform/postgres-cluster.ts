// Where one embedded database lives inside the data folder:
//   pg/       the cluster itself, owned by the account the server runs as, mode 0700
//   pg-conf/  its configuration, written anew at every start (owned by us: the server only reads it)
//   pg-run/   its unix socket, mode 0700; in the temporary folder instead when the path would pass the kernel's 107 bytes
//   pg.log    its log
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { chooseAccount, launchAs, type Account, type Launch } from "./postgres-account.ts";
import { postgresMajor, prepareNative } from "./postgres-native.ts";
import { serverSettings } from "./postgres-settings.ts";
import { StartError } from "./start-error.ts";

/** The database superuser and the database, both of this name. */
export const databaseName = "yibenzhang";

export interface Cluster {
  /** Absolute, symbolic links resolved. */
  dataDir: string;
  pgDir: string;
  confDir: string;
  runDir: string;
  logFile: string;
  account: Account;
  launch(program: "postgres" | "initdb", args: string[]): Launch;
}

/** Puts what PostgreSQL or the system reported into words with a remedy; `text` is its output, kept at the end. */
export function explainFailure(doing: string, folder: string, text: string): StartError {
  const said = text.trim().split("\n").slice(-8).join("\n");
  const known: [RegExp, string][] = [
    [
      // Node reports a read-only disk so when it makes several levels of folders.
      /ENOENT[^]*mkdir/,
      `无法建立文件夹 ${folder}，其上级所在的磁盘可能是只读的。请把环境变量 YIBENZHANG_DATA 指向可写的位置，再重新启动。`,
    ],
    [
      /No space left|ENOSPC|Disk quota|EDQUOT/i,
      `文件夹 ${folder} 所在的磁盘已满或超出配额。请清理出至少 500 MB 空间，或把环境变量 YIBENZHANG_DATA 指向空间充足的位置，再重新启动。`,
    ],
    [
      /Read-only file system|EROFS/i,
      `文件夹 ${folder} 所在的磁盘是只读的。请把环境变量 YIBENZHANG_DATA 指向可写的位置，再重新启动。`,
    ],
    [
      /Permission denied|Operation not permitted|EACCES|EPERM/i,
      `没有权限使用文件夹 ${folder}。请确认启动本程序的用户可以读写它（chown、chmod），或把环境变量 YIBENZHANG_DATA 指向有权限的位置。`,
    ],
    [
      /could not look up effective user ID/i,
      "系统的 /etc/passwd 中没有当前用户。请换一个正式建立的用户启动本程序，或用 DATABASE_URL 指明外部数据库。",
    ],
    [
      /ENOENT|cannot open shared object|not found/i,
      "自带的数据库程序无法运行，可能缺少文件或系统不是基于 glibc 的 Linux。请在程序文件夹中运行 npm install --ignore-scripts 重新安装，或用 DATABASE_URL 指明外部数据库。",
    ],
    [
      /Cannot allocate memory|shared memory/i,
      "内存不足。请关闭其他程序，或在数据文件夹的 pg-conf/postgresql.local.conf 中调小 shared_buffers，再重新启动。",
    ],
  ];
  const remedy = known.find(([pattern]) => pattern.test(text))?.[1] ?? `请查看日志 ${folder}/pg.log。`;
  return new StartError(`${doing}失败：${remedy}${said ? `\n数据库的原话：\n${said}` : ""}`);
}

function inFolder<T>(doing: string, folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "code" in error) throw explainFailure(doing, folder, error.message);
    throw error;
  }
}

function makeRunDir(dataDir: string, account: Account): string {
  const inside = join(dataDir, "pg-run");
  // The server takes a comma-separated list of folders.
  const fits = Buffer.byteLength(join(inside, ".s.PGSQL.5432.lock")) <= 107 && !/[,"\\]/.test(inside);
  const key = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  const dir = fits ? inside : `/tmp/yibenzhang-${account.uid}-${key}`;
  if (!existsSync(dir)) {
    mkdirSync(dir, { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(dir, account.uid, account.gid);
  }
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || (stat.uid !== account.uid && process.getuid?.() !== 0)) {
    throw new StartError(`文件夹 ${dir} 被其他用户占用，数据库无法在其中建立连接。请删除它后重新启动。`);
  }
  if (stat.uid !== account.uid) {
    // Someone else's folder in the shared /tmp must not be taken over; our own data folder may have been copied by root.
    if (dir !== inside) throw new StartError(`文件夹 ${dir} 被其他用户占用，数据库无法在其中建立连接。请删除它后重新启动。`);
    chownSync(dir, account.uid, account.gid);
  }
  chmodSync(dir, 0o700);
  return dir;
}

function writeConfiguration(confDir: string): void {
  mkdirSync(confDir, { recursive: true });
  const write = (name: string, text: string) => {
    const path = join(confDir, name);
    writeFileSync(`${path}.partial`, text);
    chmodSync(`${path}.partial`, 0o644);
    renameSync(`${path}.partial`, path);
  };
  chmodSync(confDir, 0o755);
  // The kernel vouches for the user at the other end of the socket; that user may take any database role.
  const users = [...new Set(["root", userInfo().username])];
  write("pg_hba.conf", "local all all peer map=program\n");
  write("pg_ident.conf", users.map((user) => `program "${user}" all\n`).join(""));
  write("postgresql.conf", serverSettings());
}

function chownTree(path: string, { uid, gid }: Account): void {
  lchownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) chownTree(join(path, name), { uid, gid });
}

function checkExisting(pgDir: string): void {
  const found = existsSync(join(pgDir, "PG_VERSION")) ? readFileSync(join(pgDir, "PG_VERSION"), "utf8").trim() : undefined;
  if (found === undefined) {
    throw new StartError(
      `文件夹 ${pgDir} 存在，但里面不是数据库。若其中没有要保留的内容，请删除它后重新启动；否则请把它改名保存，或把 YIBENZHANG_DATA 指向别处。`,
    );
  }
  if (found !== String(postgresMajor)) {
    throw new StartError(
      `文件夹 ${pgDir} 中的数据由 PostgreSQL ${found} 建立，本程序自带的是 ${postgresMajor}，不能直接打开。请用原来版本的程序做一次备份，再用本程序在新的数据文件夹中恢复。`,
    );
  }
}

/** Finds or makes the folders of the database in `dataDir`, except the cluster itself (see `createCluster`). Throws StartErrors. */
export function openCluster(dataDirGiven: string, nativeDir?: string): Cluster {
  return inFolder("准备数据文件夹", dataDirGiven, () => {
    const asRoot = process.getuid?.() === 0;
    // As root the server's account must be able to pass through, not to look inside.
    mkdirSync(dataDirGiven, { recursive: true, mode: asRoot ? 0o711 : 0o700 });
    const dataDir = realpathSync(dataDirGiven);
    const pgDir = join(dataDir, "pg");
    const owner = lstatSync(pgDir, { throwIfNoEntry: false });
    const account = chooseAccount(owner);
    if (owner && owner.uid !== account.uid) {
      if (!asRoot) {
        throw new StartError(
          `数据库文件夹 ${pgDir} 属于另一个用户（uid ${owner.uid}），当前用户（uid ${account.uid}）不能使用。请用原来启动服务的用户运行，或先以 root 运行 chown -R 改变归属。`,
        );
      }
      chownTree(pgDir, account);
    }
    if (owner) checkExisting(pgDir);
    const native = realpathSync(prepareNative(dataDir, nativeDir));
    return {
      dataDir,
      pgDir,
      confDir: join(dataDir, "pg-conf"),
      runDir: makeRunDir(dataDir, account),
      logFile: join(dataDir, "pg.log"),
      account,
      launch: (program, args) => launchAs(account, [native, dataDir], join(native, "bin", program), args),
    };
  });
}

function run({ command, args, options }: Launch): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("error", (error) => resolve({ code: -1, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Writes the configuration and, the first time, creates the cluster: beside its place, then renamed, so that a killed attempt leaves nothing half made. */
export async function createCluster(cluster: Cluster): Promise<void> {
  const { dataDir, pgDir, confDir, account } = cluster;
  inFolder("写数据库配置", dataDir, () => writeConfiguration(confDir));
  if (existsSync(pgDir)) return;

  const { bsize, bavail } = statfsSync(dataDir);
  if (bsize * bavail < 200 * 1024 * 1024) throw explainFailure("建立数据库", dataDir, "No space left on device");
  const fresh = `${pgDir}.new`;
  inFolder("建立数据库", dataDir, () => {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { mode: 0o700 });
    if (process.getuid?.() === 0) chownSync(fresh, account.uid, account.gid);
  });
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  const { code, output } = await run(
    cluster.launch("initdb", [
      `--pgdata=${fresh}`,
      `--username=${databaseName}`,
      ...locale,
      "--auth-local=peer",
      "--auth-host=reject",
      "--no-instructions",
    ]),
  );
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw explainFailure("建立数据库", dataDir, output);
  }
  renameSync(fresh, pgDir);
}
