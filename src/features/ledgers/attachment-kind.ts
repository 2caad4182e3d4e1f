/** What an attached file is, by its content; its name only decides between texts. What is not known is refused, with the remedy. */
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { Problem } from "#kernel/problem.ts";
import { plainFileName } from "#platform/file-name.ts";
import { DamagedPhoto, pixelsOf, withoutMetadata } from "#platform/photo.ts";
import { ZipFault, zipNames } from "#platform/zip-check.ts";
import {
  attachable,
  attachableExtensions,
  extensionOf,
  nameLength,
  thumbBytes,
  type AttachmentType,
} from "./attachments.types.ts";

/** A picture is small as a file and large once it is drawn: four bytes a pixel. */
const photoPixels = 100e6;
const thumbPixels = 1e6;
const zipLimits = { entries: 5000, unpackedBytes: 400 * 2 ** 20, ratio: 150 };
const known = "可以上传：照片（JPEG、PNG、WebP）、PDF、OFD、Word、Excel、PPT、WPS、TXT、CSV";

const refused = (name: string, reason: string): Problem => new Problem("file_refused", 422, `《${name}》${reason}`);

/** A name as it may stand in a folder: without path, at most 200 characters, the extension kept. */
export function cleanName(sent: string): string {
  const name = plainFileName(sent, nameLength);
  if (name === "") throw new Problem("invalid_name", 422, "文件没有可用的名称，请改名后再上传。");
  return name;
}

const remedies: Record<string, string> = {
  heic: "是苹果手机的 HEIC 照片，别的电脑大多打不开。请在手机“设置—相机—格式”中选“兼容性最佳”重拍，或另存为 JPEG 后再上传",
  heif: "是 HEIF 照片，别的电脑大多打不开。请另存为 JPEG 后再上传",
  svg: "是 SVG 图形，其中可以藏有程序，不予接收。请另存为 PNG 后再上传",
  zip: "是压缩包，无法查看。请解压后逐个上传",
  rar: "是压缩包，无法查看。请解压后逐个上传",
  "7z": "是压缩包，无法查看。请解压后逐个上传",
  docm: "可以含有宏，不予接收。请另存为 .docx 后再上传",
  xlsm: "可以含有宏，不予接收。请另存为 .xlsx 后再上传",
  pptm: "可以含有宏，不予接收。请另存为 .pptx 后再上传",
};

/** Refuses before anything is sent what its name says is of no use. */
export function refuseByName(name: string): void {
  const extension = extensionOf(name);
  if (extension === "" || (attachableExtensions as string[]).includes(extension)) return;
  throw refused(name, `${remedies[extension] ?? `是 .${extension} 文件，不能作为附件。${known}`}。`);
}

/** The small picture that came with a photo, if it is one. */
export function thumbOf(type: AttachmentType, sent: string | undefined): Buffer | undefined {
  if (sent === undefined || !type.startsWith("image/")) return undefined;
  const picture = Buffer.from(sent, "base64");
  if (picture.length > thumbBytes || !startsWith(picture, 0xff, 0xd8, 0xff)) return undefined;
  try {
    const small = withoutMetadata(picture, "image/jpeg");
    return pixelsOf(small, "image/jpeg") > thumbPixels ? undefined : small;
  } catch (error) {
    if (error instanceof DamagedPhoto) return undefined;
    throw error;
  }
}

const startsWith = (content: Buffer, ...bytes: number[]): boolean => bytes.every((byte, index) => content[index] === byte);

/** A file as it is kept: its type, a name with an extension of that type, and other bytes than were sent, if it is a photo that told where it was taken. */
export async function asKept(sent: string, path: string): Promise<{ type: AttachmentType; name: string; content?: Buffer }> {
  const type = await typeOf(sent, path);
  const extensions: readonly string[] = attachable[type];
  const name = extensions.includes(extensionOf(sent)) ? sent : cleanName(`${sent}.${extensions[0]}`);
  if (type !== "image/jpeg" && type !== "image/png" && type !== "image/webp") return { type, name };
  try {
    const photo = await readFile(path);
    const content = withoutMetadata(photo, type);
    if (pixelsOf(content, type) > photoPixels)
      throw refused(sent, `的尺寸超过${photoPixels / 1e6}百万像素，打开时会使电脑卡死，不予接收。请缩小后再上传。`);
    return content === photo ? { type, name } : { type, name, content };
  } catch (error) {
    if (error instanceof DamagedPhoto)
      throw refused(sent, "不完整或已损坏，无法作为照片保存。请重新拍摄，或从原处再取一份后上传。");
    throw error;
  }
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Which of these byte sequences stand in a file, read piece by piece. */
async function standIn(path: string, wanted: readonly Buffer[]): Promise<boolean[]> {
  const found = wanted.map(() => false);
  const overlap = Math.max(...wanted.map(({ length }) => length)) - 1;
  let piece = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    piece = Buffer.concat([piece.subarray(Math.max(0, piece.length - overlap)), chunk as Buffer]);
    for (const [index, one] of wanted.entries()) found[index] ||= piece.includes(one);
  }
  return found;
}

async function typeOf(name: string, path: string): Promise<AttachmentType> {
  const head = await headOf(path);
  if (startsWith(head, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  const text = head.toString("latin1");
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.startsWith("%PDF-")) return "application/pdf";
  if (text.slice(4, 8) === "ftyp" && /^(hei|hev|mif|msf)/.test(text.slice(8, 12))) throw refused(name, `${remedies["heic"]}。`);
  if (startsWith(head, 0x50, 0x4b, 3, 4)) return inZip(name, path);
  if (startsWith(head, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return inOle(name, path);
  const extension = extensionOf(name);
  if (extension === "txt" || extension === "csv") {
    const utf16 = startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff);
    const [binary] = utf16 ? [] : await standIn(path, [Buffer.from([0])]);
    if (!binary) return extension === "csv" ? "text/csv" : "text/plain";
  }
  throw refused(
    name,
    `的内容不是${extension === "" ? "可以查看的文件" : ` .${extension} 文件`}（可能改过扩展名，或在传输中损坏）。${known}。`,
  );
}

const packages: [part: string, type: AttachmentType][] = [
  ["word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
  ["OFD.xml", "application/ofd"],
];

async function inZip(name: string, path: string): Promise<AttachmentType> {
  const names = await zipNames(path, zipLimits).catch((error: unknown) => {
    if (!(error instanceof ZipFault)) throw error;
    throw refused(
      name,
      {
        bomb: "解压后异常大，疑似压缩炸弹，不予接收。请用 Word 或 Excel 打开后另存一份再上传。",
        encrypted: "设了密码，别人无法查看。请取消密码后再上传。",
        damaged: "已损坏或不完整，无法打开。请打开原件另存一份后再上传。",
      }[error.kind],
    );
  });
  if (names.some((part) => /vbaProject[^/]*\.bin$|(^|\/)macrosheets\//i.test(part)))
    throw refused(name, "含有宏，不予接收。请另存为不含宏的格式（.docx、.xlsx、.pptx）后再上传。");
  const found = packages.find(([part]) => names.includes(part));
  if (!found) throw refused(name, `${remedies["zip"]}。`);
  return found[1];
}

const streams: [stream: string, type: AttachmentType][] = [
  ["WordDocument", "application/msword"],
  ["Workbook", "application/vnd.ms-excel"],
  ["Book", "application/vnd.ms-excel"],
  ["PowerPoint Document", "application/vnd.ms-powerpoint"],
];

/** [MS-CFB] 2.6.1: the names of streams stand in its directory as UTF-16. */
async function inOle(name: string, path: string): Promise<AttachmentType> {
  const names = ["EncryptedPackage", "_VBA_PROJECT", ...streams.map(([stream]) => stream)];
  const [locked, macros, ...held] = await standIn(
    path,
    names.map((stream) => Buffer.from(`${stream}\0`, "utf16le")),
  );
  if (locked) throw refused(name, "设了密码，别人无法查看。请取消密码后再上传。");
  if (macros) throw refused(name, "含有宏，不予接收。请另存为不含宏的格式（.docx、.xlsx、.pptx）后再上传。");
  const found = streams.find((_, index) => held[index]);
  if (!found) throw refused(name, `不是 Word、Excel 或 PPT 文件。${known}。`);
  return found[1];
}
