/**
 * Secrets that the program must be able to read again, under a key that is not in the database: AES-256-GCM (NIST SP
 * 800-38D) with a random nonce of 96 bits. `about` says whose a secret is and is proved with it, so that one row's cannot
 * be put into another's.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Database, Tx } from "./db.ts";
import { StartError } from "./start-error.ts";

const remembered = "secret key";

/** Gives a database's transactions the key in a file of the data folder, making the first one. */
export async function openSecretKey({ memory }: Pick<Database, "memory">, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const made = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  if (made) {
    await made.writeFile(randomBytes(32).toString("base64"));
    await made.sync();
    await made.close();
  }
  const key = Buffer.from(await readFile(file, "utf8"), "base64");
  if (key.length !== 32)
    throw new StartError(`密钥文件 ${file} 不完整。请用备份的恢复；没有备份的，删除它，各账号须重新绑定身份验证器。`);
  memory.set(remembered, key);
}

/** Without a file, as in tests, there is one for as long as the program runs. */
function keyOf({ memory }: Tx): Buffer {
  if (!memory.has(remembered)) memory.set(remembered, randomBytes(32));
  return memory.get(remembered) as Buffer;
}

/** Nonce (12 bytes), tag (16), then what is encrypted. */
export function closeSecret(tx: Tx, text: string, about: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", keyOf(tx), nonce).setAAD(Buffer.from(about));
  const closed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), closed]);
}

/** Throws when it is another's, was changed, or the key is another. */
export function openSecret(tx: Tx, closed: Buffer, about: string): string {
  const decipher = createDecipheriv("aes-256-gcm", keyOf(tx), closed.subarray(0, 12), { authTagLength: 16 })
    .setAAD(Buffer.from(about))
    .setAuthTag(closed.subarray(12, 28));
  return decipher.update(closed.subarray(28), undefined, "utf8") + decipher.final("utf8");
}
