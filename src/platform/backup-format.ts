// A backup file: gzip over a sequence of frames, each one byte of kind, four bytes of length (big-endian) and the content.
//   h  header, JSON: format, when, migrations, tables with their columns in the order in which they can be restored
//   d  data of the table whose turn it is: PostgreSQL's COPY text
//   e  end of that table, JSON: its rows and the SHA-256 of its data
//   m  manifest, JSON: all tables and sequences once more, and the SHA-256 of all frames before it
// Cut short, there is no manifest; altered, a hash differs. Both are known only at the end, so a reader must not keep anything before.
import { createHash } from "node:crypto";
import { z } from "zod";

/** The backup cannot be written, read or restored; the message is Chinese. */
export class BackupError extends Error {
  override name = "BackupError";
}

const table = z.object({ schema: z.string(), name: z.string(), columns: z.array(z.string()) });
const tableEnd = z.object({ rows: z.int(), sha256: z.string() });
const sequence = z.object({ schema: z.string(), name: z.string(), next: z.string() });
const header = z.object({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.string()),
  tables: z.array(table),
});
const manifest = z.object({ tables: z.array(tableEnd), sequences: z.array(sequence), sha256: z.string() });

export type BackupTable = z.infer<typeof table>;
export type BackupTableEnd = z.infer<typeof tableEnd>;
export type BackupHeader = z.infer<typeof header>;
export type BackupManifest = z.infer<typeof manifest>;

const maxFrame = 64 * 1024 * 1024;
const altered = (what: string) =>
  new BackupError(`备份文件已损坏或被改动（${what}），没有恢复任何内容。请换用另一份备份；若是复制来的，请重新复制后再试。`);
const truncated = () =>
  new BackupError("备份文件不完整，结尾缺失，没有恢复任何内容。可能是复制或下载中断，请重新复制，或换用另一份备份。");

/** Makes frames and keeps the hash over them. */
export function frameWriter() {
  const all = createHash("sha256");
  const frame = (kind: string, content: Uint8Array): Buffer => {
    const head = Buffer.alloc(5);
    head.write(kind, "latin1");
    head.writeUInt32BE(content.length, 1);
    const bytes = Buffer.concat([head, content]);
    all.update(bytes);
    return bytes;
  };
  const json = (kind: string, value: unknown) => frame(kind, Buffer.from(JSON.stringify(value)));
  return {
    header: (value: BackupHeader) => json("h", value),
    data: (content: Uint8Array) => frame("d", content),
    tableEnd: (value: BackupTableEnd) => json("e", value),
    manifest: (value: Omit<BackupManifest, "sha256">) => json("m", { ...value, sha256: all.copy().digest("hex") }),
  };
}

/** What a reader does with the parts; all are awaited in order. */
export interface BackupReader {
  header?(header: BackupHeader): Promise<void>;
  data?(content: Buffer, table: BackupTable): Promise<void>;
  /** Called after the table's hash has been checked. */
  tableEnd?(end: BackupTableEnd, table: BackupTable): Promise<void>;
}

/** Frames with their bytes, from an unpacked stream. */
async function* frames(unpacked: AsyncIterable<Buffer>): AsyncGenerator<{ kind: string; content: Buffer; bytes: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of unpacked) {
    rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1);
      if (length > maxFrame) throw altered("长度不合理");
      if (rest.length < 5 + length) break;
      yield {
        kind: String.fromCharCode(rest[0] ?? 0),
        content: rest.subarray(5, 5 + length),
        bytes: rest.subarray(0, 5 + length),
      };
      rest = rest.subarray(5 + length);
    }
  }
  if (rest.length) throw truncated();
}

function parse<T>(shape: z.ZodType<T>, content: Buffer, what: string): T {
  try {
    return shape.parse(JSON.parse(content.toString()));
  } catch {
    throw altered(what);
  }
}

/** Reads and checks a whole backup from the unpacked stream. Throws a BackupError if it is cut short or altered, but only after the reader has seen the parts before the fault. */
export async function readFrames(
  unpacked: AsyncIterable<Buffer>,
  reader: BackupReader,
): Promise<{ header: BackupHeader; manifest: BackupManifest }> {
  const all = createHash("sha256");
  let head: BackupHeader | undefined;
  let tail: BackupManifest | undefined;
  const ends: BackupTableEnd[] = [];
  let hash = createHash("sha256");
  for await (const { kind, content, bytes } of frames(unpacked)) {
    if (tail) throw altered("结尾之后还有内容");
    const current = head?.tables[ends.length];
    if (kind === "h" && !head) {
      head = parse(header, content, "文件头");
      await reader.header?.(head);
    } else if (kind === "d" && current) {
      hash.update(content);
      await reader.data?.(content, current);
    } else if (kind === "e" && current) {
      const end = parse(tableEnd, content, `表 ${current.name}`);
      if (hash.digest("hex") !== end.sha256) throw altered(`表 ${current.name} 的校验值不符`);
      hash = createHash("sha256");
      ends.push(end);
      await reader.tableEnd?.(end, current);
    } else if (kind === "m" && head && !current) {
      tail = parse(manifest, content, "清单");
      if (all.copy().digest("hex") !== tail.sha256 || JSON.stringify(tail.tables) !== JSON.stringify(ends))
        throw altered("清单的校验值不符");
    } else {
      throw altered("内容的次序不对");
    }
    all.update(bytes);
  }
  if (!head || !tail) throw truncated();
  return { header: head, manifest: tail };
}

/** What an error of unpacking says about the file; any other error is returned as it is. */
export function explainUnpacking(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return truncated();
  return code.startsWith("Z_") ? altered("压缩数据有误，或不是一本账的备份文件") : error;
}
