/**
 * Looks at a file before anything is parsed: what it is by content (not by name), and for a zip its central
 * directory, so that bombs, macros, links to other workbooks and encrypted files are refused without unpacking them.
 */
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Entry, ZipFile } from "yauzl";
import { asZipFault, openZip } from "#platform/zip-check.ts";
import { FileRefused, type ReadLimits } from "./file-refused.ts";

export type FileKind = "zip" | "ole" | "text";

/** The parts of an .xlsx by path, and their unpacked bytes as a stream that fails if it is longer than declared. */
export interface WorkbookZip {
  has(part: string): boolean;
  size(part: string): number;
  stream(part: string): Promise<Readable>;
  text(part: string): Promise<string>;
  close(): void;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;
const kindsHelp = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿（.xlsx）”再上传";

/** What a file is by its first bytes. Refuses files that are empty, too big or of a kind that is not read. */
export const fileKind = async (path: string, file: string, limits: ReadLimits): Promise<FileKind> => {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size === 0) throw new FileRefused("empty_file", `文件《${file}》是空的（0 字节），请重新导出或重新上传。`);
    if (size > limits.fileBytes)
      throw new FileRefused(
        "too_big",
        `文件《${file}》有 ${megabytes(size)}，超过上限 ${megabytes(limits.fileBytes)}。请删去图片和无关工作表，或分成几个文件上传。`,
      );
    const head = Buffer.alloc(Math.min(size, 4096));
    await handle.read(head, 0, head.length, 0);
    if (head.subarray(0, 4).equals(Buffer.from("PK\x03\x04", "latin1"))) return "zip";
    if (head.subarray(0, 8).equals(Buffer.from("d0cf11e0a1b11ae1", "hex"))) return "ole";
    const start = head
      .toString("latin1")
      .replace(/^\xef\xbb\xbf/, "")
      .trimStart()
      .slice(0, 200)
      .toLowerCase();
    if (/^(<html|<!doctype|<table|<\?xml|<meta|mime-version)/.test(start))
      throw new FileRefused("unsupported", `文件《${file}》其实是网页格式，不是 Excel 工作簿。${kindsHelp}。`);
    const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
    if (!/\.(csv|txt|tsv)$/i.test(file) || (!utf16 && head.includes(0)))
      throw new FileRefused(
        "not_workbook",
        `文件《${file}》的内容不是 Excel 工作簿（可能是改了扩展名的其他文件，或传输中损坏）。${kindsHelp}。`,
      );
    return "text";
  } finally {
    await handle.close();
  }
};

const refuseByName = (file: string, name: string): void => {
  if (/vbaProject[^/]*\.bin$|^xl\/macrosheets\//i.test(name))
    throw new FileRefused("macro", `文件《${file}》含有宏，为安全起见不予读取。请另存为不含宏的“Excel 工作簿（.xlsx）”再上传。`);
  if (/^xl\/externalLinks\//i.test(name))
    throw new FileRefused(
      "external_link",
      `文件《${file}》的公式引用了别的工作簿（外部链接）。请在“数据—编辑链接”中断开链接，或把公式粘贴为数值后再上传。`,
    );
  if (/\.bin$/i.test(name) && /^xl\/(workbook|worksheets\/)/i.test(name))
    throw new FileRefused("unsupported", `文件《${file}》是二进制工作簿（.xlsb）。${kindsHelp}。`);
};

const zipRefusals = {
  bomb: ["zip_bomb", "解压后异常大或部件异常多，疑似压缩炸弹，不予读取。请把数据复制到新工作簿，或分成几个文件后再上传。"],
  encrypted: ["encrypted", "设了密码，无法读取。请在 Excel 中取消“用密码进行加密”后再上传。"],
  damaged: ["damaged", "已损坏或不完整，无法打开。请用 Excel 打开并另存一份（或重新下载）后再上传。"],
} as const;

/** Turns what yauzl and zlib say into a refusal. */
export const asRefusal = (file: string, error: unknown): FileRefused => {
  if (error instanceof FileRefused) return error;
  const [code, reason] = zipRefusals[asZipFault(error).kind];
  return new FileRefused(code, `文件《${file}》${reason}`);
};

/** Opens an .xlsx and checks every entry of its central directory. */
export const openWorkbook = async (path: string, file: string, limits: ReadLimits): Promise<WorkbookZip> => {
  let zip: ZipFile | undefined;
  try {
    const opened = await openZip(path, limits);
    ({ zip } = opened);
    for (const { fileName } of opened.entries) refuseByName(file, fileName);
    const entries = new Map(opened.entries.map((entry) => [entry.fileName, entry]));
    if (entries.size < opened.entries.length) throw new Error("duplicate entry");
    if (entries.has("mimetype") && entries.has("META-INF/manifest.xml"))
      throw new FileRefused("not_workbook", `文件《${file}》是 OpenDocument 文件（.ods）。${kindsHelp}。`);
    if (!entries.has("[Content_Types].xml"))
      throw new FileRefused("not_workbook", `文件《${file}》是压缩包，但不是 Excel 工作簿。请先解压，再上传其中的 .xlsx 文件。`);
    return parts(zip, entries, file);
  } catch (error) {
    zip?.close();
    throw asRefusal(file, error);
  }
};

const parts = (zip: ZipFile, entries: Map<string, Entry>, file: string): WorkbookZip => {
  const stream = async (part: string): Promise<Readable> => {
    const entry = entries.get(part);
    if (entry === undefined) throw asRefusal(file, new Error(`no part ${part}`));
    try {
      return await zip.openReadStreamPromise(entry);
    } catch (error) {
      throw asRefusal(file, error);
    }
  };
  return {
    has: (part) => entries.has(part),
    size: (part) => entries.get(part)?.uncompressedSize ?? 0,
    stream,
    text: async (part) => {
      if ((entries.get(part)?.uncompressedSize ?? 0) > 32 * 2 ** 20) throw asRefusal(file, new Error("part too big"));
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of await stream(part)) chunks.push(chunk as Buffer);
      } catch (error) {
        throw asRefusal(file, error);
      }
      return Buffer.concat(chunks)
        .toString("utf8")
        .replace(/^\ufeff/, "");
    },
    close: () => zip.close(),
  };
};
