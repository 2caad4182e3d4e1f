/** All that the interface can say in Chinese, read from the words of its places. */
import { glob } from "node:fs/promises";
import { join } from "node:path";

type Words = string | readonly Words[] | { readonly [key: string]: Words };

const textsIn = (words: Words): string[] => (typeof words === "string" ? [words] : Object.values(words).flatMap(textsIn));

const plain = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** Tells whether a text is one of those; where one has a name or a number to be filled in, anything may stand. */
export async function wordsOf(folder: string): Promise<(text: string) => boolean> {
  const texts: string[] = [];
  for await (const name of glob("**/*.words.ts", { cwd: folder }))
    texts.push(...textsIn(((await import(join(folder, name))) as { words: { zh: Words } }).words.zh));
  const exact = new Set(texts);
  const gap = /\{\{\w+\}\}/;
  const filled = texts
    .filter((text) => gap.test(text) && text.split(gap).join("").length > 2)
    .map((text) => new RegExp(`^${text.split(gap).map(plain).join(".+")}$`));
  return (text) => exact.has(text) || filled.some((pattern) => pattern.test(text));
}
