/** Every ledger of every sample organisation is recognised, complete and without a complaint. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ledgerSchema, type Ledger } from "#kernel/definitions.ts";
import type { TableInfo } from "./exchange.types.ts";
import { noLookups } from "./fixtures/lookups.ts";
import { parseFile } from "./parse-file.ts";

const samples = new URL("../../../samples/", import.meta.url).pathname;
interface Expected {
  ledgers: {
    id: string;
    name_zh: string;
    columns: string[];
    parts: { file: string; sheet: string; header_rows: number[]; first_data_row: number; rows: number }[];
  }[];
}

const asLedger = (id: string, name: string, columns: string[]): Ledger => {
  const {
    extends: _extends,
    without: _without,
    figures: _figures,
    columns: _columns,
    ...rest
  } = ledgerSchema.parse({
    key: id.toLowerCase().replace(/[^a-z0-9_-]/g, "-"),
    name,
    fields: columns.map((column) => ({ name: column, type: column === "序号" ? "serial" : "text" })),
  });
  return { ...rest, columns };
};

for (const folder of readdirSync(samples)
  .filter((name) => name !== "municipality-messy")
  .sort()) {
  const { ledgers } = JSON.parse(readFileSync(`${samples}${folder}/expected.json`, "utf8")) as Expected;
  const definitions = ledgers.map((ledger) => asLedger(ledger.id, ledger.name_zh, ledger.columns));

  describe.concurrent(folder, () => {
    test.each(ledgers.map((ledger, at) => ({ ...ledger, definition: definitions[at] as Ledger })))(
      "$name_zh",
      async ({ definition, columns, parts }) => {
        for (const file of new Set(parts.map((part) => part.file))) {
          const tables: (TableInfo & { rows: number; complaints: unknown[] })[] = [];
          for await (const event of parseFile(`${samples}${folder}/${file}`, { ledgers: definitions, lookups: noLookups })) {
            if (event.type === "table") tables.push({ ...event.table, rows: 0, complaints: [] });
            const table = tables.at(-1);
            if (event.type === "rows" && table !== undefined) {
              table.rows += event.rows.length;
              table.complaints.push(...event.rows.flatMap((row) => row.complaints));
            }
          }
          expect(tables.flatMap((table) => table.complaints)).toEqual([]);
          expect(
            tables.map(({ ledger, sheet, headerRows, firstRow, rows }) => ({ ledger, sheet, headerRows, firstRow, rows })),
          ).toEqual(
            parts
              .filter((part) => part.file === file)
              .map((part) => ({
                ledger: definition.key,
                sheet: part.sheet,
                headerRows: part.header_rows,
                firstRow: part.first_data_row,
                rows: part.rows,
              })),
          );
          for (const table of tables) {
            expect(table.columns.map((column) => column.field ?? column.heading)).toEqual(columns);
            expect(table.title).not.toBeNull();
          }
        }
      },
    );
  });
}
