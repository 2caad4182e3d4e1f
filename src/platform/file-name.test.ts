import { expect, test } from "vitest";
import { plainFileName } from "./file-name.ts";

test("a name hides nothing, leads nowhere and can be kept", () => {
  for (const [sent, kept] of [
    ["学习方案.docx", "学习方案.docx"],
    ["../../etc/passwd", "passwd"],
    ["C:\\windows\\a.txt", "a.txt"],
    ["照片\u202egnp.exe", "照片gnp.exe"],
    ["a\0b\r\nset-cookie.pdf", "abset-cookie.pdf"],
    ["\ud800文.pdf", "文.pdf"],
    ["con.txt", "_con.txt"],
    ["COM1", "_COM1"],
    ["console.txt", "console.txt"],
    ['a<b>:"|?*.csv', "a_b______.csv"],
    ["...", ""],
    ["..", ""],
    ["/", ""],
    ["\u200b\ufeff", ""],
  ])
    expect(plainFileName(sent as string), JSON.stringify(sent)).toBe(kept);
  const long = plainFileName(`${"长".repeat(400)}.docx`);
  expect([Array.from(long).length, long.endsWith(".docx")]).toEqual([200, true]);
});
