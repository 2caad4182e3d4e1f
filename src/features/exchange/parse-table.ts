/** Rows of a recognised table into typed values, each with what is wrong with it. */
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import type { Cell, Lookups, Value } from "#kernel/values/cell.ts";
import type { Complaint, ParsedRow, TableInfo } from "./exchange.types.ts";
import { dittoFiller } from "./ditto.ts";
import type { FilledRow } from "./fill-merges.ts";
import { namedBy } from "./map-columns.ts";
import { placeOf, unitNamed } from "./place.ts";
import { isEmptyCell, parseCell, type CellContext, type CellReading } from "#kernel/values/parse-cell.ts";
import { headingUnit } from "#kernel/values/parse-number.ts";
import { columnLetters } from "./read-events.ts";

export interface TableContext {
  ledger: Ledger;
  lookups: Lookups;
  /** What the organisation calls its list of units. */
  unitLedger: string;
}

interface PlannedColumn {
  index: number;
  heading: string;
  field: FieldDefinition | null;
  /** Brings only the name of what another column may bring by number; read when that one is empty. */
  byName: boolean;
  /** What the heading says its numbers count. */
  unit: string | undefined;
  /** Answers for cells seen before: columns repeat their values, and a name is looked up once. */
  seen: Map<string | number, CellReading>;
}

const maxSeen = 4_096;

/** Hashes a row as it is read: 53 bits that find a row seen before, and 32 of other seeds that confirm it. */
const rowHasher = (): { start(): void; add(value: Value | undefined): void; end(): [number, number] } => {
  const double = new Float64Array(1);
  const halves = new Int32Array(double.buffer);
  let a = 0;
  let b = 0;
  let c = 0;
  const mix = (code: number): void => {
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) + (b >>> 15);
    c = Math.imul(c + code, 0xc2b2ae35) ^ (c >>> 13);
  };
  const add = (value: Value | undefined): void => {
    if (typeof value === "string") for (let at = 0; at < value.length; at++) mix(value.charCodeAt(at));
    else if (typeof value === "number") {
      double[0] = value;
      mix(halves[0] as number);
      mix(halves[1] as number);
    } else if (typeof value === "boolean") mix(value ? 1 : 2);
    else if (Array.isArray(value)) for (const item of value) add(item);
    mix(0x1f0000);
  };
  return {
    start: () => {
      a = 0x811c9dc5;
      b = 0x9e3779b1;
      c = 0x85ebca6b;
    },
    add,
    end: () => [(a >>> 0) * 0x200000 + ((b >>> 7) & 0x1fffff), c >>> 0],
  };
};

const asWritten = (cell: Cell): string | number | boolean | null =>
  cell !== null && typeof cell === "object"
    ? cell.date
    : typeof cell === "string" && cell.length > 200
      ? `${cell.slice(0, 200)}…`
      : cell;

/** The state is a column like any other to who fills the table. */
const stateField = (ledger: Ledger): FieldDefinition | undefined => {
  const name = ledger.stateField ?? "状态";
  if (ledger.lifecycle === undefined) return undefined;
  const own = ledger.fields.find((field) => field.name === name);
  return own === undefined || own.values !== undefined || own.type !== "choice"
    ? own
    : { ...own, values: ledger.lifecycle.states };
};

/** A function from a table's rows, in order, to parsed rows. It keeps hashes of the rows it saw, not the rows. */
export const tableParser = (table: TableInfo, { ledger, lookups, unitLedger }: TableContext): ((row: FilledRow) => ParsedRow) => {
  const state = stateField(ledger);
  const field = (name: string | null): FieldDefinition | null =>
    name === null ? null : state?.name === name ? state : (ledger.fields.find((one) => one.name === name) ?? null);
  const columns: PlannedColumn[] = table.columns
    .filter((column) => !column.ignored)
    .map((column) => {
      const own = field(column.field);
      const named = own === null ? undefined : namedBy(ledger, own);
      return {
        index: column.index,
        heading: column.heading,
        field: named ?? own,
        byName: named !== undefined,
        unit: headingUnit(column.heading) ?? table.measure ?? undefined,
        seen: new Map(),
      };
    });
  const unitColumn = columns.find((column) => column.field?.name === ledger.unit && column.field !== null);
  // Persons are looked up within the row's unit, so the unit is read first, and names after the numbers they stand for;
  // complaints are sorted back into column order.
  const turn = (column: PlannedColumn): number => (column === unitColumn ? 0 : column.byName ? 2 : 1);
  const order = columns.toSorted((a, b) => turn(a) - turn(b));
  const named = new Set(columns.filter((column) => column.byName).map((column) => column.field?.name));
  /** References of the row being read whose number was wrong: the name beside it is no second try. */
  const refused = new Set<string>();
  const context: CellContext = {
    lookups,
    year: table.period.year ?? (Number((lookups.campaign.reportDate ?? lookups.campaign.from).slice(0, 4)) || undefined),
    unit: undefined,
    unitLedger,
  };
  const defaults: Record<string, Value> = {};
  const brought = new Set(columns.map((column) => column.field?.name));
  for (const one of ledger.fields) {
    if (one.default === undefined || one.derive !== undefined || brought.has(one.name)) continue;
    const written = one.default === "$month" ? table.period.month : one.default;
    const reading = parseCell(written, one, context);
    if ("value" in reading && reading.value !== null) defaults[one.name] = reading.value;
  }
  // Without a column for it, the unit is the one that a line of text, the sheet's name or 填报单位 names.
  const unplaced = ledger.unit !== undefined && !brought.has(ledger.unit) && ledger.registers?.what !== "units";
  let home = unplaced ? placeOf(table, lookups) : undefined;
  let group: string | undefined;
  const missing = [
    ...table.missing,
    ...ledger.fields
      .filter((one) => one.required && one.default !== undefined && !brought.has(one.name) && defaults[one.name] === undefined)
      .map((one) => one.name),
  ];
  const rows = new Map<number, number>();
  const hasher = rowHasher();
  const ditto = dittoFiller();

  const read = (column: PlannedColumn, cell: Cell, one: FieldDefinition): CellReading => {
    context.headingUnit = column.unit;
    const repeats =
      (typeof cell === "string" || typeof cell === "number") &&
      one.type !== "text" &&
      one.type !== "longtext" &&
      one.type !== "person" &&
      one.type !== "people";
    if (!repeats) return parseCell(cell, one, context);
    let reading = column.seen.get(cell);
    if (reading === undefined) {
      reading = parseCell(cell, one, context);
      if (column.seen.size < maxSeen) column.seen.set(cell, reading);
    }
    return reading;
  };

  return (written) => {
    const row = ditto(written);
    const values: Record<string, Value> = { ...defaults };
    const complaints: Complaint[] = [];
    const complain = (
      column: PlannedColumn | null,
      cell: Cell,
      code: Complaint["code"],
      reason: string,
      suggestion: string | null,
    ): void => {
      const stands = column === null ? undefined : (row.from?.get(column.index) ?? { row: row.row, column: column.index });
      complaints.push({
        file: table.file,
        sheet: table.sheet,
        row: row.row,
        column: column?.heading ?? null,
        cell: stands === undefined ? null : `${columnLetters(stands.column)}${stands.row}`,
        value: asWritten(cell),
        code,
        reason,
        suggestion,
      });
    };
    if (unplaced && row.group !== undefined && row.group !== group) {
      group = row.group;
      const unit = unitNamed(group, lookups);
      if (unit !== undefined) home = { unit, sure: true };
    }
    if (home !== undefined) values[ledger.unit as string] = home.unit;
    context.unit = home?.unit;
    refused.clear();
    for (const column of order) {
      const one = column.field;
      if (one === null) continue;
      const cell = row.cells[column.index] ?? null;
      if (column.byName && (values[one.name] !== undefined || refused.has(one.name))) continue;
      if (isEmptyCell(cell, one)) {
        if (one.required && (column.byName || !named.has(one.name)))
          complain(column, cell, "missing", `${one.name}没有填`, "此栏必填");
        continue;
      }
      const reading = read(column, cell, one);
      if ("bad" in reading && column.byName && reading.bad.code === "ambiguous") {
        // Two people of one name: the sender gave no number and has no column for one, so the name stands as written.
        values[one.name] = String(asWritten(cell)).trim();
      } else if ("bad" in reading) {
        complain(column, cell, reading.bad.code, reading.bad.reason, reading.bad.suggestion);
        if (named.has(one.name)) refused.add(one.name);
      } else if (reading.value !== null && !(Array.isArray(reading.value) && reading.value.length === 0)) {
        values[one.name] = reading.value;
        if (column === unitColumn && typeof reading.value === "number") context.unit = reading.value;
      } else if (one.required) complain(column, cell, "missing", `${one.name}没有填`, "此栏必填");
    }
    // The home of a known person says more than who sent the table.
    if (home?.sure === false && order.some(({ field: one }) => one?.type === "person" && typeof values[one.name] === "number"))
      delete values[ledger.unit as string];
    for (const name of missing)
      if (values[name] === undefined)
        complain(null, null, "missing", `表中没有“${name}”一栏，此栏必填`, `请在表中增加“${name}”一栏`);

    hasher.start();
    for (const column of columns) {
      const value = column.field === null ? undefined : values[column.field.name];
      const cell = row.cells[column.index] ?? null;
      hasher.add(value !== undefined || cell === null ? value : String(asWritten(cell)).trim());
    }
    const [first, second] = hasher.end();
    const before = rows.get(first);
    if (before === undefined) rows.set(first, second);
    else if (before === second) {
      complaints.length = 0;
      complain(null, null, "duplicate", "与本表前面一行内容完全相同（重复填报）", "请删除重复的一行");
    }
    if (complaints.length > 1) {
      const position = new Map(columns.map((column, index) => [column.heading, index]));
      complaints.sort((a, b) => (position.get(a.column ?? "") ?? 1e6) - (position.get(b.column ?? "") ?? 1e6));
    }
    return { row: row.row, values, raw: row.raw, complaints };
  };
};
