/** Files that a command is told to read or write: faults in words that name the file and the remedy. */
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { Problem } from "#kernel/problem.ts";

/** All of a file. Throws a Problem when it cannot be read. */
export async function readWhole(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR")
      throw new Problem("no_file", 404, `找不到文件 ${path}，请核对路径。`);
    if (error.code === "EISDIR") throw new Problem("is_folder", 422, `${path} 是文件夹，请写明其中的文件。`);
    if (error.code === "EACCES") throw new Problem("no_permission", 403, `没有权限读取文件 ${path}，请修改权限或换一个位置。`);
    throw error;
  });
}

/** What the system says of a file that cannot be written, in words; other errors as they are. */
export function cannotWrite(path: string, error: unknown): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new Problem("disk_full", 507, `磁盘空间不足，不能写 ${path}。请清理空间，或换一个位置保存。`);
  if (["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR", "ENOTEMPTY"].includes(code))
    return new Problem(
      "cannot_write",
      422,
      `不能写 ${path}，请确认所在的文件夹存在并且可以写，没有同名的文件夹，或换一个位置保存。`,
    );
  return error;
}

/**
 * Files that belong together, each complete and on disk under `path.partial`: `keep` gives them their names, `drop`
 * removes them. Until then nothing that is there is touched. Throws a Problem when one cannot be written.
 */
export async function prepareFiles(
  files: readonly { path: string; content: Uint8Array }[],
): Promise<{ keep(): Promise<void>; drop(): Promise<void> }> {
  const partial = (path: string): string => `${path}.partial`;
  const drop = async (): Promise<void> => {
    for (const { path } of files) await rm(partial(path), { force: true }).catch(() => undefined);
  };
  try {
    for (const { path, content } of files) {
      if (
        await stat(path).then(
          (found) => found.isDirectory(),
          () => false,
        )
      )
        throw cannotWrite(path, Object.assign(new Error("is a folder"), { code: "EISDIR" }));
      await writeFile(partial(path), content, { flush: true }).catch((error: unknown) => {
        throw cannotWrite(path, error);
      });
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    drop,
    async keep() {
      for (const { path } of files)
        await rename(partial(path), path).catch((error: unknown) => {
          throw cannotWrite(path, error);
        });
    },
  };
}
