/**
 * An archive of audit rows: lines of JSON that prove themselves. First who signed what, then everything in the log in its
 * order: rows as they were sealed, and for what is not in the archive the roots of the subtrees that it fills. Put together
 * they come to the root that is signed, so no row can be another, be missing from between or stand elsewhere.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { headLine, isHeadSignedBy, readHead, type SignedHead } from "#platform/log-key.ts";
import { writeRecord } from "#platform/log-record.ts";
import { edge, leafHash, type RangeRoot } from "#platform/merkle.ts";
import { LogError } from "#platform/witness.ts";
import { kindOf, recordOf, rowOf } from "./log-rows.model.ts";

const kind = kindOf("a");

const first = z.object({
  archive: z.literal(1),
  createdAt: z.string(),
  before: z.string(),
  columns: z.array(z.string()),
  publicKey: z.string(),
  head: z.string(),
});
const line = z.union([
  z.object({ seq: z.int(), format: z.int(), row: z.string() }),
  z.object({ level: z.int(), root: z.string() }),
]);

export interface ArchivedRow {
  seq: number;
  format: number;
  /** Columns as the log's line has them. */
  fields: string[];
}

/** Lines of an archive of rows that come in the order of the log. */
export async function* archiveLines(
  { head, publicKey, before, now }: { head: SignedHead; publicKey: string; before: string; now: Date },
  rows: AsyncIterable<ArchivedRow>,
  rootOf: RangeRoot,
): AsyncGenerator<string> {
  yield JSON.stringify({
    archive: 1,
    createdAt: now.toISOString(),
    before,
    columns: kind.columns,
    publicKey,
    head: headLine(head),
  });
  let next = 0;
  for await (const { seq, format, fields } of rows) {
    yield* gap(next, seq, rootOf);
    yield JSON.stringify({ seq, format, row: fields.join("\t") });
    next = seq + 1;
  }
  yield* gap(next, head.size, rootOf);
}

/** Roots of the perfect subtrees that fill a range, from the left. */
async function* gap(from: number, to: number, rootOf: RangeRoot): AsyncGenerator<string> {
  for (let at = from; at < to;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level++;
    yield JSON.stringify({ level, root: (await rootOf(at, at + 2 ** level)).toString("hex") });
    at += 2 ** level;
  }
}

export interface CheckedArchive {
  rows: number;
  /** Of the oldest and the newest row, as PostgreSQL writes moments; null when there is none. */
  from: string | null;
  to: string | null;
  head: SignedHead;
  /** Base64. The archive is as good as one's knowledge that this is the key of the log. */
  publicKey: string;
}

/** Checks an archive without the database; a LogError says what is wrong with it. */
export async function checkArchive(path: string): Promise<CheckedArchive> {
  const lines = createInterface({ input: createReadStream(path) });
  const tree = edge();
  let opened: { head: SignedHead; publicKey: string } | undefined;
  let rows = 0;
  let from: string | null = null;
  let to: string | null = null;
  let number = 0;
  try {
    for await (const text of lines) {
      number++;
      if (!opened) {
        const { publicKey, head } = first.parse(JSON.parse(text));
        opened = { head: readHead(head), publicKey };
        continue;
      }
      const part = line.parse(JSON.parse(text));
      if ("root" in part) tree.push(Buffer.from(part.root, "hex"), part.level);
      else {
        if (part.seq !== tree.size) throw new RangeError("a row at another place");
        const fields = part.row.split("\t");
        tree.push(leafHash(writeRecord(recordOf(kind, fields, part.format))));
        const { at = null } = rowOf(kind, fields);
        rows++;
        if (at !== null && (from === null || at < from)) from = at;
        if (at !== null && (to === null || at > to)) to = at;
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new LogError(`找不到归档文件 ${path}，请核对路径。`);
    throw new LogError(`归档文件 ${path} 第${number}行读不出来或次序不对：文件被改动，或不是一本账的审计归档。`);
  }
  if (!opened) throw new LogError(`归档文件 ${path} 是空的。`);
  const { head, publicKey } = opened;
  if (!isHeadSignedBy(publicKey, head)) throw new LogError(`归档文件 ${path} 里的签名不对：签名或公钥被换过。`);
  if (tree.size !== head.size || !tree.root().equals(head.root))
    throw new LogError(`归档文件 ${path} 的内容与签名不符：有行被改动、删除、插入或调换，或文件不完整。`);
  return { rows, from, to, head, publicKey };
}
