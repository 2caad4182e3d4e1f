import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import type { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { openDoor } from "#platform/authority-page.ts";
import { currentCertificates, fingerprintOf, hostsOf, renewServed, type Certificates } from "#platform/certificates.ts";
import { readConfig, type Config } from "#platform/config.ts";
import { asOwner, openDatabase, type Database } from "#platform/db.ts";
import { openKeys } from "#platform/keys.ts";
import { keepPosting } from "#platform/log-post.ts";
import { openDirectory } from "#platform/ldap.ts";
import { openOidc } from "#platform/oidc.ts";
import { migrate } from "#platform/migrate.ts";
import { startDatabase } from "#platform/postgres.ts";
import { openSecretKey } from "#platform/secret-box.ts";
import { readSignInFile } from "#platform/sign-in-file.ts";
import { StartError } from "#platform/start-error.ts";
import { keepSealing, type Log } from "#features/audit/sealing.model.ts";
import { needsSetUp, offerCode } from "#features/campaigns/setup.model.ts";
import { renewMeasures } from "#features/campaigns/totals.model.ts";
import { keepEncrypted } from "#features/campaigns/encrypting.model.ts";
import { keepFolding } from "#features/figures/folding.model.ts";
import { createServer } from "../main.ts";
import { exits, takeKey, type Call, type Command } from "./command.ts";

export const serve: Command = {
  name: "serve",
  summary: "启动服务",
  help: `用法：yibenzhang serve [--https]
按环境变量 HOST、PORT（缺省 127.0.0.1:8080）监听，Ctrl+C 或 SIGTERM 停止。接口说明在 /docs。

  --https            用数据文件夹里自己的证书加密；没有的先自动生成（也可用 yibenzhang certificate 指定地址）。
                     HTTP_PORT（缺省是 PORT 加 1）上的 http 转到 https，并在 /ca 说明怎样信任证书。

退出码：0 正常停止；1 失败；2 用法不对。`,
  options: { https: { type: "boolean" } },
  run: (call) => runServer(call),
};

/** Where the build puts the browser's part. */
const web = resolve(import.meta.dirname, "../../dist/web");

/** Serves until told to stop. `prepare` runs before the first request is taken, and gives what is said once the address is. */
export async function runServer(call: Call, prepare?: (database: Database) => Promise<() => void>): Promise<number> {
  const config = readConfig();
  const { dataDir, databaseUrl, host, port, httpPort = port + 1, proxies, outgoing, signInFile, logLevel } = config;
  const tls = call.flags["https"] === true ? await currentCertificates(dataDir, new Date(), call.say) : undefined;
  const { address: ownAddress = "", ldap, oidc } = await readSignInFile(signInFile);
  const server = await startDatabase({ dataDir, databaseUrl, purpose: "serve", log: call.say });
  const database = openDatabase({ ...server.connection, connectionTimeoutMillis: 15_000 });
  try {
    await migrate(database);
    await openKeys(database, config);
    const log = await takeKey(call, database, config);
    await openSecretKey(database, join(dataDir, "secret.key"));
    await renewMeasures(database);
    const ready = await prepare?.(database);
    const code = await asOwner(database, "offer a setup code", async (tx) =>
      (await needsSetUp(tx)) ? offerCode(tx, new Date()) : undefined,
    );
    const app = await createServer(database, {
      logLevel,
      proxies,
      directory: ldap && openDirectory(ldap),
      providers: oidc.map((one) => openOidc(one, ownAddress, outgoing)),
      ...(existsSync(join(web, "index.html")) ? { web } : {}),
      ...(tls ? { tls } : {}),
    });
    const door = tls && openDoor(tls.authority, port);
    const stopped = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
    await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      throw explain(error, host, port);
    });
    if (door) await listen(door, host, httpPort);
    const folding = keepFolding(database, (error) => app.log.error({ message: (error as Error).message }, "folding failed"));
    const encrypting = keepEncrypted(database, (error) =>
      app.log.error({ message: (error as Error).message }, "encrypting what is stored failed"),
    );
    const sealing = log && keepLog(database, log, config, app);
    const renewing = tls && keepRenewing(app, dataDir, tls);
    const address = app.server.address() as AddressInfo;
    const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const scheme = tls ? "https" : "http";
    call.print(`一本账已启动：${scheme}://${shown}:${address.port}/`);
    call.print(`接口说明：${scheme}://${host}:${address.port}/docs`);
    if (tls)
      call.print(
        `证书用于：${hostsOf(tls.cert).join("、")}\n各设备信任证书的办法：http://${shown}:${httpPort}/ca\n证书指纹（SHA-256）：${fingerprintOf(tls.authority)}`,
      );
    if (code !== undefined)
      call.print(`系统还没有启用。请用浏览器打开上面的地址，填写一次性设置码：${code}（启用后作废，重新启动会换一个）`);
    ready?.();
    await stopped;
    call.say("正在停止……");
    clearInterval(renewing);
    door?.close();
    await app.close();
    await folding.stop();
    await encrypting.stop();
    await sealing?.stop();
    return exits.ok;
  } finally {
    await database.close();
    await server.stop();
  }
}

/** Seals, and sends heads elsewhere if it is set up so. What stays wrong is said once, and again when it is something else. */
function keepLog(database: Database, log: Log, { logPost }: Config, app: FastifyInstance): { stop(): Promise<void> } {
  let said = "";
  const onError = (error: unknown): void => {
    const { message } = error as Error;
    if (message !== said) app.log.error({ message }, "sealing failed");
    said = message;
  };
  const posting = logPost === undefined ? undefined : keepPosting(logPost, log.key.publicKey, onError);
  const sealing = keepSealing(database, log, {
    now: () => new Date(),
    onHead: (head) => {
      if (posting === undefined) said = "";
      posting?.offer(head);
    },
    onError,
  });
  return {
    stop: async () => {
      await sealing.stop();
      await posting?.stop();
    },
  };
}

const sixHours = 6 * 3_600_000;

/** Looks now and then whether the server's certificate soon ends, since a server may run for longer than one lasts. */
function keepRenewing(app: FastifyInstance, dataDir: string, first: Certificates): NodeJS.Timeout {
  let served = first;
  const warn = (message: string): void => app.log.error({ message }, "certificate not renewed");
  const renew = async (): Promise<void> => {
    served = await renewServed(app.server as unknown as TlsServer, dataDir, served, new Date(), warn);
  };
  return setInterval(() => void renew().catch((error: Error) => warn(error.message)), sixHours).unref();
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    throw explain(error, host, port);
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === "EADDRINUSE")
    return new StartError(`端口 ${port} 已被占用。请停止占用它的程序，或用环境变量 PORT 另选一个端口。`);
  if (error.code === "EACCES") return new StartError(`没有权限监听端口 ${port}。请用环境变量 PORT 选一个 1024 以上的端口。`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return new StartError(`本机没有地址 ${host}。请用环境变量 HOST 写本机的地址，如 127.0.0.1 或 0.0.0.0。`);
  return error;
}
