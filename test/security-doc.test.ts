/** What docs/security.md says is pointed at: each requirement of ASVS 5.0.0 at levels 1 and 2 once, and every file that it names is there. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";

const file = resolve(import.meta.dirname, "../docs/security.md");
const text = readFileSync(file, "utf8");

/** Section: how many requirements of levels 1 and 2 it has. They come first in each, those of level 3 after them. */
const sections: readonly [string, number][] = `
  1.1:2 1.2:9 1.3:11 1.4:3 1.5:2
  2.1:3 2.2:3 2.3:4 2.4:1
  3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
  4.1:3 4.2:1 4.3:2 4.4:4
  5.1:1 5.2:3 5.3:2 5.4:3
  6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
  7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2
  8.1:2 8.2:3 8.3:1 8.4:1
  9.1:3 9.2:4
  10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3
  11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
  12.1:3 12.2:2 12.3:4
  13.1:1 13.2:5 13.3:2 13.4:5
  14.1:2 14.2:4 14.3:3
  15.1:3 15.2:3 15.3:7
  16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
  17.1:1 17.2:4 17.3:2
`
  .trim()
  .split(/\s+/)
  .map((pair) => [pair.split(":")[0] ?? "", Number(pair.split(":")[1])]);

const rows = [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map((found) =>
  found.slice(1).map((cell) => cell.trim()),
);

test("every requirement of ASVS 5.0.0 at levels 1 and 2 is answered, and once", () => {
  const wanted = sections.flatMap(([section, count]) => Array.from({ length: count }, (_, index) => `${section}.${index + 1}`));
  expect(wanted).toHaveLength(253);
  expect(rows.map(([number]) => number)).toEqual(wanted);
  expect(rows.filter(([, level]) => level === "1")).toHaveLength(70);
});

test("an answer says how, or why not, and what is met points at test or code", () => {
  const counts = new Map<string, number>();
  for (const [number, , asks, state = "", how, where = ""] of rows) {
    expect(["满足", "部分", "未满足", "不适用"], number).toContain(state);
    counts.set(state, (counts.get(state) ?? 0) + 1);
    expect(asks && how, number).toMatch(/\p{Script=Han}|[A-Za-z]/u);
    if (state === "满足") expect(where, number).toMatch(/\]\(\S+\)/);
  }
  const said = [...counts].map(([state, count]) => `${state}${count}条`);
  for (const one of said) expect(text).toContain(one);
});

test("every file that it points at is there", () => {
  const links = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link as string);
  expect(links.length).toBeGreaterThan(200);
  expect(links.filter((link) => !existsSync(resolve(dirname(file), link)))).toEqual([]);
});
