/** Texts that a pattern could try in endless ways: what people may type or upload is read in a time that grows with its length. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FieldDefinition, FieldType } from "#kernel/definitions.ts";
import { parseCell, type CellContext } from "#kernel/values/parse-cell.ts";
import { placeOf } from "#features/exchange/place.ts";
import { isNoteRow, isSectionRow, isTotalRow } from "#features/exchange/row-kinds.ts";
import { readFile } from "#features/exchange/read-file.ts";
import type { ReadEvent } from "#features/exchange/read-events.ts";
import { temporary } from "../src/features/exchange/fixtures/make-xlsx.ts";

const files = temporary();
afterAll(() => files.remove());
const most = 32_767;
const hostile = [
  `1${" ".repeat(most - 2)}x`,
  `日${" ".repeat(most - 2)}x`,
  `${"—".repeat(most - 2)}\n`,
  "至".repeat(most),
  "1".repeat(most),
  `1${"\n".repeat(most - 2)}x`,
  "甲".repeat(most),
  `${"甲 ".repeat(16_000)}，`,
  `(${"(".repeat(most - 2)}`,
  "1,".repeat(16_000),
  "上午".repeat(16_000),
  `合计${" ".repeat(most - 3)}x`,
  `填报单位${" ".repeat(most - 5)}x`,
  `注${" ".repeat(most - 3)}x`,
];
const types: FieldType[] = [
  "text",
  "longtext",
  "integer",
  "decimal",
  "date",
  "month",
  "time",
  "period",
  "boolean",
  "choice",
  "choices",
  "unit",
  "organ",
  "person",
  "people",
];
const context: CellContext = {
  lookups: { unit: () => undefined, similarUnits: () => [], person: () => undefined } as never,
  year: 2023,
  unit: 1,
  unitLedger: "单位",
};
/** Patterns that are compiled anew cost the first time. */
beforeAll(() => void parseCell("甲", { type: "text", name: "甲" } as FieldDefinition, context));

test("a cell of any type", () => {
  for (const type of types)
    for (const [index, text] of hostile.entries()) {
      const began = performance.now();
      parseCell(
        text,
        { name: "栏", type, required: false, open: true, aliases: [], min: 0, hidden: false, values: ["甲"] },
        context,
      );
      expect(performance.now() - began, `${type} ${index}`).toBeLessThan(500);
    }
});

test("a row that may be a total, a note or a heading, and a line that may name a unit", () => {
  for (const [index, text] of hostile.entries()) {
    const row = { row: 1, cells: [text] };
    const began = performance.now();
    for (const judge of [isTotalRow, isNoteRow, isSectionRow]) judge(row);
    placeOf({ section: text, sheet: text, note: text, title: text } as never, context.lookups);
    expect(performance.now() - began, String(index)).toBeLessThan(500);
  }
});

test("a file brings no hundreds of blanks in a row", async () => {
  const path = files.put("空白.csv", `甲,乙\n"x${" ".repeat(5000)}y",${"z".repeat(300)}\n`);
  const events: ReadEvent[] = [];
  for await (const event of readFile(path)) events.push(event);
  const rows = events.flatMap((event) => (event.type === "rows" ? event.rows : []));
  expect(rows[1]?.cells).toEqual([`x${" ".repeat(200)}y`, "z".repeat(300)]);
});
