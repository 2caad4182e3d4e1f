/** A ledger as the official workbook: title, 填报单位 note, heading, rows, drop-downs and a sheet of instructions. */
import type { Writable } from "node:stream";
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import type { Cell, Value } from "#kernel/values/cell.ts";
import { explain } from "./explain-ledger.ts";
import { excelSerial, textWidth } from "./sheet-xml.ts";
import { writeCsv } from "./write-csv.ts";
import type { Sheet, SheetColumn, SheetRow } from "./write-sheet.ts";
import { writeWorkbook } from "./write-workbook.ts";

/** Field → value as a reader sees it: units, people and records by name or number; dates 2023-03-15, months 2023-03. */
export type ShownEntry = Record<string, Value | undefined>;

export interface LedgerSheet {
  ledger: Ledger;
  /** 填报单位. */
  organ?: string | undefined;
  /** 截止时间, an ISO day: entries up to it are in. */
  asOf?: string | undefined;
  /** Moment of writing; also the 填报时间 when there is no `asOf`. */
  created: Date;
  /** Who took it out, for the foot of its pages. */
  foot?: string | undefined;
  /** In the order wanted; none gives a blank form. */
  entries: Iterable<ShownEntry> | AsyncIterable<ShownEntry>;
}

const blankRows = 20;

/** Fields of the official form in its order. A column without a field of its own is the state column. */
export function exportedFields(ledger: Ledger): FieldDefinition[] {
  const stateField = ledger.stateField ?? (ledger.lifecycle ? "状态" : undefined);
  const known = new Map(ledger.fields.map((field) => [field.name, field]));
  return ledger.columns.flatMap((name): FieldDefinition[] => {
    const field = known.get(name);
    if (field?.hidden) return [];
    const plain: FieldDefinition = field ?? {
      name,
      type: "text",
      required: false,
      open: false,
      aliases: [],
      min: 0,
      hidden: false,
    };
    if (name !== stateField || !ledger.lifecycle || plain.values) return [plain];
    return [{ ...plain, type: "choice", values: ledger.lifecycle.states }];
  });
}

const usual: Record<FieldDefinition["type"], [width: number, style: string]> = {
  text: [16, "text"],
  longtext: [38, "long"],
  integer: [9, "integer"],
  decimal: [10, "number"],
  date: [13, "date"],
  month: [10, "month"],
  time: [9, "text"],
  period: [27, "text"],
  boolean: [8, "text"],
  choice: [10, "text"],
  choices: [22, "text"],
  unit: [24, "text"],
  organ: [20, "text"],
  person: [11, "text"],
  people: [24, "long"],
  entry: [13, "text"],
  serial: [6.5, "integer"],
};

function columnOf(field: FieldDefinition): SheetColumn {
  const [usualWidth, style] = usual[field.type];
  const width = field.name === "备注" ? 16 : usualWidth;
  const values = field.type === "boolean" ? ["是", "否"] : field.values;
  const widest = Math.max(0, ...(values ?? []).map((value) => Math.min(textWidth(value), 24) + 3));
  // A heading may break once; longer ones (with the allowed values in brackets) break more often.
  const forHeading = Math.min(18, Math.ceil(textWidth(field.name) / 2) + 3);
  return {
    heading: field.name,
    under: field.under,
    width: field.width ?? Math.max(width, widest, forHeading),
    style: numberStyle(field) ?? style,
    choices: values ? { values, open: field.open || field.type === "choices" } : undefined,
  };
}

function numberStyle(field: FieldDefinition): string | undefined {
  if (field.type !== "decimal" && field.type !== "integer") return undefined;
  if (field.unit === "%") return field.decimals === 1 || field.decimals === 2 ? `percent${field.decimals}` : "percent";
  return field.type === "decimal" && field.decimals ? `decimal${field.decimals}` : undefined;
}

const day = (iso: string): string => iso.replace(/^(\d{4})-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");

/** The cell for a value: real dates and numbers where the field has them, otherwise what a clerk would write. */
export function shownCell(field: FieldDefinition, value: Value | undefined): Cell {
  if (value === null || value === undefined || value === "") return null;
  if (Array.isArray(value)) return value.join("、");
  if (typeof value === "boolean") return value ? "是" : "否";
  if (field.type === "integer" || field.type === "decimal") {
    // Over 15 digits Excel would round; such a number stays text.
    if (typeof value === "string" && !/^-?\d{1,15}(\.\d+)?$/.test(value)) return value;
    return String(value).replace(/\D/g, "").length > 15 ? String(value) : Number(value);
  }
  if (typeof value === "number") return String(value);
  if ((field.type === "date" || field.type === "month") && excelSerial(value) !== undefined) return { date: value };
  if (field.type === "period") return value.split("/").map(day).join("至");
  return value;
}

async function* rowsOf(fields: FieldDefinition[], entries: LedgerSheet["entries"]): AsyncGenerator<SheetRow> {
  let serial = 0;
  for await (const entry of entries) {
    serial++;
    yield { cells: fields.map((field) => (field.type === "serial" ? serial : shownCell(field, entry[field.name]))) };
  }
}

function noteOf({ organ, asOf, created }: LedgerSheet): string {
  const today = new Date(created.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  return `填报单位：${organ ?? "　　　　　　　　"}        ${asOf === undefined ? `填报时间：${day(today)}` : `截止时间：${day(asOf)}`}`;
}

/** The first two columns stay in view, unless they would fill the screen. */
function frozenColumns(columns: readonly SheetColumn[]): number {
  const [first = 0, second = 0] = columns.map(({ width }) => width);
  return columns.length > 2 && first + second <= 45 ? 2 : columns.length > 1 && first <= 30 ? 1 : 0;
}

/** Writes the official .xlsx to a stream or file; gives the number of entries written. */
export async function writeLedger(output: Writable | string, sheet: LedgerSheet): Promise<{ rows: number }> {
  const { ledger } = sheet;
  const fields = exportedFields(ledger);
  const columns = fields.map(columnOf);
  const official: Sheet = {
    name: ledger.name,
    title: ledger.title ?? ledger.name,
    note: noteOf(sheet),
    columns,
    rows: rowsOf(fields, sheet.entries),
    blankRows,
    frozenColumns: frozenColumns(columns),
    foot: sheet.foot,
  };
  const { rows } = await writeWorkbook(output, {
    title: official.title ?? ledger.name,
    created: sheet.created,
    sheets: [official, explain(ledger, fields)],
  });
  return { rows: rows[0] ?? 0 };
}

/** The same columns as CSV, without title and note: for programs. */
export async function writeLedgerCsv(output: Writable | string, sheet: LedgerSheet): Promise<{ rows: number }> {
  const fields = exportedFields(sheet.ledger);
  async function* cells(): AsyncGenerator<readonly Cell[]> {
    for await (const row of rowsOf(fields, sheet.entries)) yield row.cells;
  }
  return writeCsv(
    output,
    fields.map((field) => field.name),
    cells(),
  );
}
