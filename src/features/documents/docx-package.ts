/**
 * A .docx as named parts, read with every limit in place and written byte for byte the same for the same parts.
 * Files come from people: sizes are checked against the zip's directory before anything is unpacked, and yauzl
 * stops an entry that turns out larger than the directory says. docx-guard.ts refuses what could run or fetch something.
 */
import yauzl from "yauzl";
import yazl from "yazl";
import { cutTemplateLink, refuseHostile } from "./docx-guard.ts";

export type DocxParts = Map<string, Buffer>;

/** A file that is not an acceptable .docx; the message is for the person who sent it. */
export class DocxRefused extends Error {
  override name = "DocxRefused";
}

const limits = { bytes: 32 << 20, unpacked: 200 << 20, parts: 3000, ratio: 200 };

/** Unpack a .docx. @throws DocxRefused for another kind of file, macros, embedded objects, outside references, or a zip bomb. */
export async function openDocx(bytes: Uint8Array): Promise<DocxParts> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > limits.bytes) throw new DocxRefused(`文件超过${limits.bytes >> 20}兆字节，请压缩图片后再上传`);
  if (buffer.length < 4 || buffer.toString("latin1", 0, 4) !== "PK\x03\x04") {
    const old = buffer.length >= 4 && buffer.readUInt32BE(0) === 0xd0cf11e0;
    throw new DocxRefused(
      old
        ? "这是旧版 .doc 文件或加了密码的文件，请在 WPS 或 Word 中去掉密码，另存为 .docx 后再上传"
        : "这不是 .docx 文件，请在 WPS 或 Word 中另存为 .docx 后再上传",
    );
  }
  let parts: DocxParts;
  try {
    parts = await unzip(buffer);
  } catch (error) {
    if (error instanceof DocxRefused) throw error;
    throw new DocxRefused("文件已损坏，无法打开，请重新保存后再上传");
  }
  cutTemplateLink(parts);
  refuseHostile(parts, (reason) => new DocxRefused(reason));
  return parts;
}

async function unzip(buffer: Buffer): Promise<DocxParts> {
  const zip = await yauzl.fromBufferPromise(buffer, { validateEntrySizes: true, strictFileNames: false });
  const entries: yauzl.Entry[] = [];
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    unpacked += entry.uncompressedSize;
    const bomb =
      unpacked > limits.unpacked ||
      (entry.uncompressedSize > 1 << 20 && entry.uncompressedSize > entry.compressedSize * limits.ratio);
    if (bomb || entries.length >= limits.parts) throw new DocxRefused("文件解开后过大，疑似压缩炸弹，不予处理");
    if ((entry.generalPurposeBitFlag & 1) !== 0) throw new DocxRefused("文件加了密码，请去掉密码后再上传");
    entries.push(entry);
  }
  const parts: DocxParts = new Map();
  for (const entry of entries) {
    if (entry.fileName.endsWith("/")) continue;
    const stream = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    parts.set(entry.fileName, Buffer.concat(chunks));
  }
  return parts;
}

/** Pack parts into a .docx: fixed order and dates, so that equal parts make equal bytes. */
export async function packDocx(parts: DocxParts): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const first = "[Content_Types].xml";
  const names = [...parts.keys()].filter((name) => name !== first).sort();
  for (const name of [first, ...names]) {
    zip.addBuffer(parts.get(name) ?? Buffer.alloc(0), name, {
      mtime: new Date(1980, 0, 1),
      mode: 0o100644,
      forceDosTimestamp: true,
    });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function text(parts: DocxParts, name: string): string {
  return parts.get(name)?.toString("utf8") ?? "";
}

export function setText(parts: DocxParts, name: string, xml: string): void {
  parts.set(name, Buffer.from(xml, "utf8"));
}

/** Text for an element or a quoted attribute; characters that XML cannot hold are left out. */
export function escapeXml(value: string): string {
  return value
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
