// A lock between processes of one machine that cannot be left behind. The holder listens on a Linux abstract socket (a name
// that exists only in the kernel): binding is atomic, and the kernel frees the name when the process dies, however it dies.
// Its reach is the network namespace, so two containers sharing a folder are not kept apart by it.
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./start-error.ts";

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(`\0${name}`, () => resolve(server));
  });
}

/** Runs `work` while no other process on this machine holds `name`; waits up to `patience` ms, then throws a StartError. */
export async function withProcessLock<T>(name: string, patience: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience;
  let server = await tryListen(name);
  while (!server) {
    if (Date.now() > deadline) {
      throw new StartError(
        "另一个进程正在启动或停止同一数据文件夹的数据库，等待超时。请稍后再试；若一直如此，请检查是否有卡住的 yibenzhang 进程。",
      );
    }
    await sleep(40);
    server = await tryListen(name);
  }
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
