/** Backups as files: complete and on disk, or not there at all. */
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Client, ClientBase } from "pg";
import { BackupError } from "./backup-format.ts";
import { dump, restore, verifyBackup, type BackupScope, type BackupSummary, type RestoreOptions } from "./backup.ts";

/** Writes a backup to `path`, complete and on disk or not at all: under `path.partial` first, then renamed. Only the owner may read it. */
export async function dumpToFile(client: Client, path: string, scope: BackupScope = {}): Promise<BackupSummary> {
  const partial = `${path}.partial`;
  try {
    // Opened first: a stream on a path reports a wrong one too early for anyone to hear.
    const file = await open(partial, "w", 0o600);
    const summary = await dump(client, file.createWriteStream({ flush: true }), scope);
    await rename(partial, path);
    const folder = await open(dirname(resolve(path)));
    await folder.sync();
    await folder.close();
    return summary;
  } catch (error) {
    await rm(partial, { force: true });
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new BackupError(`磁盘空间不足，备份没有写成：${path}。请清理空间，或换一个位置保存。`);
    if (["EACCES", "EPERM", "EROFS", "ENOENT"].includes(code))
      throw new BackupError(`不能在 ${path} 写备份文件，请确认文件夹存在且有写权限，或换一个位置保存。`);
    throw error;
  }
}

async function openBackup(path: string): Promise<FileHandle> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(
      error.code === "ENOENT"
        ? `找不到备份文件 ${path}，请检查路径。`
        : error.code === "EACCES"
          ? `没有权限读取备份文件 ${path}，请修改权限或换一个用户运行。`
          : `读不了备份文件 ${path}：${error.message}`,
    );
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new BackupError(`${path} 是文件夹，不是备份文件，请写明其中的文件。`);
}

/** As `restore`, from the file at `path`. */
export async function restoreFromFile(client: ClientBase, path: string, options: RestoreOptions = {}): Promise<BackupSummary> {
  return restore(client, (await openBackup(path)).createReadStream(), options);
}

/** As `verifyBackup`, of the file at `path`. */
export async function verifyBackupFile(path: string): Promise<BackupSummary> {
  return verifyBackup((await openBackup(path)).createReadStream());
}
