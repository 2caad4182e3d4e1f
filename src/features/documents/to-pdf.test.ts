import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packDocx } from "./docx-package.ts";
import { findConverter, PdfUnavailable, toPdf } from "./to-pdf.ts";

let folder: string;
let docx: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "to-pdf-test-"));
  docx = await packDocx(
    new Map([
      ["[Content_Types].xml", Buffer.from("<Types/>")],
      ["word/document.xml", Buffer.from(`<d><w:jc w:val="both"/></d>`)],
    ]),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const left = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith("yibenzhang-pdf-"));

test("without a converter the message says what to do", async () => {
  expect(await findConverter([folder])).toBeUndefined();
  await expect(toPdf(docx, { searchPath: [folder] })).rejects.toThrow(/没有安装 LibreOffice.*另存为 PDF/);
});

test("the converter gets its own profile and fonts, and nothing is left behind", async () => {
  const converter = await program(
    "good",
    `for a; do last=$a; done\ntest -f "$FONTCONFIG_FILE" || exit 3\necho "$1" > "$(dirname "$last")/document.pdf"`,
  );
  const before = await left();
  const { pdf } = await toPdf(docx, { converter });
  expect(pdf.toString()).toMatch(/^-env:UserInstallation=file:\/\/.*profile/);
  expect((await left()).filter((name) => !before.includes(name))).toEqual([]);
});

test("a failure and a time limit are told apart", async () => {
  const failing = await program("bad", "echo no fonts >&2; exit 77");
  await expect(toPdf(docx, { converter: failing })).rejects.toThrow("生成 PDF 失败（no fonts）。请下载 Word 文件后另存为 PDF。");
  const hanging = await program("slow", "sleep 30 & wait");
  const start = performance.now();
  await expect(toPdf(docx, { converter: hanging, timeout: 200 })).rejects.toThrow(PdfUnavailable);
  expect(performance.now() - start).toBeLessThan(5000);
});
