// PostgreSQL refuses to run as root. When this program runs as root, the server runs as an unprivileged account of the system.
// That account often cannot even reach the folders (a clone below /root or `mktemp -d`, mode 0700). Then the server is started by
// `setpriv` with one ambient capability, the right to pass through and read directories; the account keeps no other privilege.
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { SpawnOptions } from "node:child_process";
import { spawnSync } from "node:child_process";
import { StartError } from "./start-error.ts";

export interface Account {
  uid: number;
  gid: number;
}

/** Accounts tried in this order; the first two are made for the purpose. */
const preferred = ["yibenzhang", "postgres", "nobody"];

/** The account the server runs as. `owner` is the owner of an existing cluster, which is kept. */
export function chooseAccount(owner: Account | undefined): Account {
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (self.uid !== 0) return self;
  if (owner && owner.uid !== 0) return owner;
  const passwd = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of preferred) {
    const entry = passwd.find((fields) => fields[0] === name);
    if (entry && Number(entry[2]) > 0) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new StartError(
    "数据库不能以 root 身份运行，而系统中没有可用的普通账号。请先运行 useradd --system yibenzhang，再重新启动；或者换一个普通用户启动本程序。",
  );
}

/** Whether the permission bits let the account pass through every folder down to `path` and read it. */
function canReach(path: string, { uid, gid }: Account): boolean {
  for (let dir = path; ; dir = dirname(dir)) {
    const stat = statSync(dir);
    const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0;
    const needed = dir === path ? 0o5 : 0o1;
    if (((stat.mode >> shift) & needed) !== needed) return false;
    if (dir === dirname(dir)) return true;
  }
}

const capabilities = [
  { name: "dac_read_search", bit: 2n },
  { name: "dac_override", bit: 1n },
];

function heldCapability(): string | undefined {
  const held = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`);
  return capabilities.find(({ bit }) => held & (1n << bit))?.name;
}

export interface Launch {
  command: string;
  args: string[];
  options: Pick<SpawnOptions, "uid" | "gid" | "cwd" | "env">;
}

/** How to start `program` as `account` so that it can use `folders` (existing, absolute, symbolic links resolved). */
export function launchAs(account: Account, folders: string[], program: string, args: string[]): Launch {
  const options = { cwd: "/", env: { PATH: "/usr/bin:/bin", LC_ALL: "C" } };
  if (process.getuid?.() !== 0) return { command: program, args, options };
  const unreachable = folders.find((folder) => !canReach(folder, account));
  if (!unreachable) return { command: program, args, options: { ...options, uid: account.uid, gid: account.gid } };

  const capability = heldCapability();
  if (!capability || spawnSync("setpriv", ["--version"], { stdio: "ignore" }).status !== 0) {
    throw new StartError(
      `数据库以普通账号（uid ${account.uid}）运行，但该账号进不去文件夹 ${unreachable}。请把程序和数据放到各级都允许通行（chmod o+x）的位置，例如 /opt/yibenzhang；或安装 util-linux（setpriv 命令）；或换一个普通用户启动本程序。`,
    );
  }
  // Without no_setuid_fixup, access(2) ignores the capability and PostgreSQL calls its own binary invalid.
  const privileges = [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    "--clear-groups",
    "--no-new-privs",
    "--securebits=+no_setuid_fixup",
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
  ];
  return { command: "setpriv", args: [...privileges, program, ...args], options };
}
