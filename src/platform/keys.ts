/**
 * Where the key ring is kept and when it may be used. It lies in the data folder (keys.json, for its owner only), or
 * where YIBENZHANG_KEYS says: a file, or the text itself from a site's own store of secrets. The database holds a check
 * value of each version, so that a ring which does not fit its data is noticed at the start and not at the first record.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "./config.ts";
import { asOwner, sql, type Database, type Tx } from "./db.ts";
import { keyUse } from "./key-use.ts";
import { addVersion, KeyError, readRing, withoutVersion, type Cipher, type KeyRing } from "./key-ring.ts";

type Where = Pick<Config, "dataDir" | "keys" | "cipher">;

/** The file that holds the ring; undefined when it was given as text. */
export const keyFile = ({ dataDir, keys }: Where): string | undefined =>
  keys === undefined ? join(dataDir, "keys.json") : keys.startsWith("{") ? undefined : keys;

function readText(where: Where): string | undefined {
  const file = keyFile(where);
  if (file === undefined) return where.keys;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new KeyError(`读不到密钥环 ${file}：${(error as Error).message}。请核对文件的权限。`);
  }
}

/** Reads the ring and hands it to the database, making the first one; throws a `KeyError` when it does not fit. */
export async function openKeys(database: Database, where: Where): Promise<void> {
  const file = keyFile(where);
  const name = file ?? "环境变量 YIBENZHANG_KEYS";
  if (readText(where) === undefined && file !== undefined) {
    await asOwner(database, "look for encrypted content", async (tx) => {
      const needed = (await unmatched(tx, undefined)).map(({ version }) => version);
      if (needed.length > 0)
        throw new KeyError(
          `数据库中有用${list(needed)}密钥加密的内容，但找不到密钥环 ${file}。请把另存的 keys.json 放回此处再启动；没有它，加密的内容读不出来，其他内容不受影响。`,
        );
    });
    if (where.keys !== undefined)
      throw new KeyError(
        `YIBENZHANG_KEYS 指明的密钥环 ${file} 不存在。请核对位置；第一次使用的，可用 yibenzhang keys new 生成。`,
      );
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    keepText(file, addVersion(undefined, { cipher: where.cipher, now: new Date() }), true);
  }
  const read = (): KeyRing => readRing(readText(where) ?? "", name);
  const ring = read();
  await asOwner(database, "check keys", (tx) => checkRing(tx, ring, name));
  database.keys.use(ring, read);
}

interface Check {
  version: number;
  value: string;
}

const list = (versions: readonly number[]): string => versions.map((one) => `第${one}版`).join("、");

/** Versions that the ring lacks or has otherwise than the database, and that something is encrypted with. */
async function unmatched(tx: Tx, ring: KeyRing | undefined): Promise<Check[]> {
  const known = await tx.query<Check>(sql`select version, value from key_checks order by version`);
  const wrong = known.filter(({ version, value }) => ring?.versions.get(version)?.check !== value);
  if (wrong.length === 0) return [];
  // Rare, and worth reading every table: a backup without anything encrypted is restored without its ring.
  const uses = await keyUse(tx);
  const idle = wrong.filter(({ version }) => !uses.has(version)).map(({ version }) => version);
  await tx.query(sql`delete from key_checks where version = any(${idle}::integer[])`);
  return wrong.filter(({ version }) => uses.has(version));
}

/** Refuses a ring that does not fit the database, and writes down check values of versions that are new. */
async function checkRing(tx: Tx, ring: KeyRing, name: string): Promise<void> {
  const wrong = (await unmatched(tx, ring)).map(({ version }) => version);
  const other = wrong.filter((version) => ring.versions.has(version));
  if (other.length > 0)
    throw new KeyError(
      `密钥环（${name}）不是这个数据库的：${list(other)}与数据库记下的校验值不符。请换回原来的 keys.json 再启动，不要用它覆盖。`,
    );
  if (wrong.length > 0)
    throw new KeyError(
      `密钥环（${name}）缺少${list(wrong)}，数据库中有用它加密的内容。请换用含有${list(wrong)}的 keys.json 再启动。`,
    );
  for (const { version, check, made } of ring.versions.values())
    await tx.query(sql`insert into key_checks (version, value, made_at) values (${version}, ${check}, ${made})
      on conflict (version) do nothing`);
}

/** Writes the file so that it is either the old or the new one whole; `first` fails where another process was faster. */
function keepText(file: string, text: string, first: boolean): void {
  const fresh = `${file}.${process.pid}`;
  const descriptor = openSync(fresh, "w", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    if (first) linkSync(fresh, file);
    else renameSync(fresh, file);
  } catch (error) {
    // Who came first made the ring; it is the one to use.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  const folder = openSync(dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function changeable(where: Where): { file: string; text: string } {
  const file = keyFile(where);
  if (file === undefined || !existsSync(file))
    throw new KeyError("密钥环由环境变量给出，请在保存它的地方更换；用 yibenzhang keys new 可生成新的一份。");
  return { file, text: readText(where) ?? "" };
}

/** Adds a version, which becomes current for this process at once and for others when they next look; its number. */
export async function rotateKeys(database: Database, where: Where, how: { cipher: Cipher; renewHash: boolean }): Promise<number> {
  const { file, text } = changeable(where);
  keepText(file, addVersion(text, { ...how, now: new Date() }), false);
  await openKeys(database, where);
  return database.keys.ring.current.version;
}

/** Takes a version away for good. Whether anything still needs it is asked before. */
export async function dropKey(database: Database, where: Where, version: number): Promise<void> {
  const { file, text } = changeable(where);
  const next = withoutVersion(text, version);
  await asOwner(database, `retire key ${version}`, (tx) => tx.query(sql`delete from key_checks where version = ${version}`));
  keepText(file, next, false);
  await openKeys(database, where);
}
