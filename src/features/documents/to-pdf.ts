/**
 * Word to PDF by a LibreOffice that is installed on the server. Each conversion has its own profile folder, so that
 * several can run at once and none sees a user's settings, and a time limit. Official fonts that are missing are
 * replaced by installed ones of the same kind, and the answer says which.
 */
import { spawn } from "node:child_process";
import { access, constants, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { openDocx, packDocx, setText, text } from "./docx-package.ts";
import { fonts } from "./official-measures.types.ts";

/** A PDF could not be made; the message says why and what to do. */
export class PdfUnavailable extends Error {
  override name = "PdfUnavailable";
}

export interface PdfOptions {
  /** Path of soffice; default the first found. */
  converter?: string | undefined;
  /** Milliseconds; default one minute. */
  timeout?: number | undefined;
  /** Folders to look in; default PATH and the usual places. */
  searchPath?: readonly string[] | undefined;
}

/** Convert a .docx. `substituted` names official fonts that this machine lacks. @throws PdfUnavailable */
export async function toPdf(docx: Uint8Array, options: PdfOptions = {}): Promise<{ pdf: Buffer; substituted: string[] }> {
  const converter = options.converter ?? (await findConverter(options.searchPath));
  if (converter === undefined) {
    throw new PdfUnavailable(
      "服务器上没有安装 LibreOffice，不能直接生成 PDF。请下载 Word 文件，用 WPS 或 Word 打开后另存为 PDF；或请管理员安装 LibreOffice Writer 和中文字体。",
    );
  }
  const prepared = await leftAligned(docx);
  const folder = await mkdtemp(join(tmpdir(), "yibenzhang-pdf-"));
  try {
    const [input, config] = [join(folder, "document.docx"), join(folder, "fonts.conf")];
    await Promise.all([writeFile(input, prepared), writeFile(config, fontConfig())]);
    const environment = { PATH: process.env["PATH"], HOME: folder, LANG: "C.UTF-8", TMPDIR: folder, FONTCONFIG_FILE: config };
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, "profile")).href}`;
    const limit = options.timeout ?? 60_000;
    const failure = await run(
      converter,
      [profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder, input],
      environment,
      limit,
    );
    if (failure === "timeout")
      throw new PdfUnavailable(`生成 PDF 超过${Math.round(limit / 1000)}秒，已停止。请稍后再试，或下载 Word 文件后另存为 PDF。`);
    const pdf = await readFile(join(folder, "document.pdf")).catch(() => undefined);
    if (failure !== undefined || pdf === undefined)
      throw new PdfUnavailable(`生成 PDF 失败${failure === undefined ? "" : `（${failure}）`}。请下载 Word 文件后另存为 PDF。`);
    return { pdf, substituted: await missingFonts(environment) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The path of a LibreOffice that can be started, if there is one. */
export async function findConverter(searchPath?: readonly string[]): Promise<string | undefined> {
  const usual = [
    "/usr/bin",
    "/usr/local/bin",
    "/opt/libreoffice/program",
    "/usr/lib/libreoffice/program",
    "C:\\Program Files\\LibreOffice\\program",
  ];
  const folders = searchPath ?? [...(process.env["PATH"] ?? "").split(delimiter), ...usual];
  for (const folder of folders.filter((f) => f !== "")) {
    for (const name of process.platform === "win32" ? ["soffice.com", "soffice.exe"] : ["soffice", "libreoffice"]) {
      const path = join(folder, name);
      if (
        await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  }
  return undefined;
}

/**
 * LibreOffice 7.4 loses a comma at the end of a justified line when digits follow it. A ragged line is the lesser
 * evil, and hardly seen in Chinese text.
 */
async function leftAligned(docx: Uint8Array): Promise<Buffer> {
  const parts = await openDocx(docx);
  for (const name of ["word/styles.xml", "word/document.xml"]) {
    if (parts.has(name))
      setText(parts, name, text(parts, name).replace(/<w:jc w:val="(both|distribute)"\/>/g, `<w:jc w:val="left"/>`));
  }
  return packDocx(parts);
}

const serif = ["Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN"];
const sans = ["Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"];
const standIns: Record<string, string[]> = {
  [fonts.fang]: ["仿宋", "FangSong", "STFangsong", ...serif],
  [fonts.kai]: ["楷体", "KaiTi", "STKaiti", "AR PL UKai CN", ...serif],
  [fonts.song]: ["FZXiaoBiaoSong-B05S", "华文中宋", "STZhongsong", ...serif],
  [fonts.plain]: ["SimSun", "STSong", ...serif],
  [fonts.hei]: ["SimHei", "STHeiti", ...sans],
};

function fontConfig(): string {
  const aliases = Object.entries(standIns).map(
    ([name, others]) =>
      `<alias binding="same"><family>${name}</family><prefer>${[name, ...others].map((o) => `<family>${o}</family>`).join("")}</prefer></alias>`,
  );
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>${aliases.join("")}</fontconfig>`;
}

async function missingFonts(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const families = await output("fc-list", [":", "family"], environment);
  // Without fontconfig nothing is known, and nothing is claimed.
  if (families === undefined) return [];
  const installed = new Set(families.split(/[\n,]/).map((f) => f.trim()));
  return Object.keys(standIns).filter((name) => !installed.has(name));
}

/** undefined when all went well, "timeout", or the reason. The whole process group is ended: soffice is a script that starts others. */
function run(command: string, args: string[], env: NodeJS.ProcessEnv, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"], detached: process.platform !== "win32" });
    let said = "";
    let late = false;
    child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-300)));
    const timer = setTimeout(() => {
      late = true;
      if (process.platform === "win32" || child.pid === undefined) child.kill("SIGKILL");
      else process.kill(-child.pid, "SIGKILL");
    }, limit);
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(late ? "timeout" : code === 0 ? undefined : said.trim() || `退出码 ${code}`);
    });
  });
}

function output(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.on("error", () => resolve(undefined));
    child.on("close", (code) => resolve(code === 0 ? said : undefined));
  });
}
