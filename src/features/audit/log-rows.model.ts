/**
 * Rows as the log sees them: every column but the transaction's number, in this order, as one line of PostgreSQL's COPY text
 * under fixed settings (`plainText`), and from that the record that is its leaf. The line is unambiguous (tabs and line
 * ends within values are written otherwise, null is none of them), the digest is made here and not in the database.
 * Columns are only ever added at the end, as a new format: rows are held against the format they were sealed in.
 */
import { hash } from "node:crypto";
import { isAuditStamped, isEventStamped } from "#kernel/stamps.ts";
import { raw, type Sql, type Stamp } from "#platform/db.ts";
import { readRecord, recordBytes, type LogRecord } from "#platform/log-record.ts";

export interface Kind {
  letter: "e" | "a";
  table: "entry_events" | "audit";
  columns: readonly string[];
  /** How many of the columns each format has, from format 1 on. */
  formats: readonly number[];
  /** The type of the second column, which with realm (and version) is the key. */
  id: "uuid" | "bigint";
}

export const kinds: readonly Kind[] = [
  {
    letter: "e",
    table: "entry_events",
    columns:
      "realm_id entry_id version action actor at reason changes ledger unit_id day state deleted import_id attachment_id sha256 stamp".split(
        " ",
      ),
    formats: [17],
    id: "uuid",
  },
  {
    letter: "a",
    table: "audit",
    columns: "realm_id audit_id at actor action unit_id subject result details stamp".split(" "),
    formats: [10],
    id: "bigint",
  },
];

export const kindOf = (letter: string): Kind => (letter === "e" ? kinds[0] : kinds[1]) as Kind;
export const recordAt = (records: Buffer, index = 0): LogRecord => readRecord(records, "e", index * recordBytes);

/** The columns of a row for `copyLines`. */
export const columnsOf = ({ columns }: Kind, of: string): Sql => raw(columns.map((name) => `${of}.${name}`).join(", "));

const escapes: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
/** A value of a line: null, or the text that it stands for. */
export const valueOf = (field: string): string | null =>
  field === "\\N" ? null : !field.includes("\\") ? field : field.replaceAll(/\\(.)/g, (_, mark: string) => escapes[mark] ?? mark);

/** A row by the names of its columns. */
export function rowOf(kind: Kind, fields: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(kind.columns.map((name, index) => [name, valueOf(fields[index] ?? "\\N")]));
}

export function digestOf(kind: Kind, format: number, fields: readonly string[]): Buffer {
  const line = fields.slice(0, kind.formats[format - 1] ?? 0).join("\t");
  return hash("sha256", `${kind.table} ${format}\n${line}`, "buffer");
}

const moment = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;
/** Microseconds since 1970 of a moment as the line has it; 0 of one that no clock shows. */
function microseconds(text: string): bigint {
  const [, day, time, rest = ""] = moment.exec(text) ?? [];
  return day === undefined ? 0n : BigInt(Date.parse(`${day}T${time}Z`)) * 1000n + BigInt(rest.padEnd(6, "0"));
}

/** The record of a row, in the newest format unless another is named. */
export function recordOf(kind: Kind, fields: readonly string[], format = kind.formats.length): LogRecord {
  const of = (name: string): string | null => valueOf(fields[kind.columns.indexOf(name)] ?? "\\N");
  const actor = of("actor");
  return {
    format,
    kind: kind.letter,
    realm: Number(fields[0]),
    id: fields[1] ?? "",
    version: Number(of("version") ?? 0),
    at: microseconds(of("at") ?? ""),
    actor: actor === null ? null : Number(actor),
    action: of("action") ?? "",
    digest: digestOf(kind, format, fields),
  };
}

/** ISO 8601 in UTC of a record's moment, to the millisecond. */
export const isoOf = (at: bigint): string => new Date(Number(at / 1000n)).toISOString();

/** Whether a row bears the stamp of the program. */
export function isStamped(kind: Kind, stamp: Stamp, fields: readonly string[]): boolean {
  const row = rowOf(kind, fields);
  const found = Buffer.from(row["stamp"]?.slice(2) ?? "", "hex");
  const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  const whole = {
    realm: Number(row["realm_id"]),
    actor: number("actor"),
    action: row["action"] ?? "",
    at: isoOf(microseconds(row["at"] ?? "")),
  };
  return kind.letter === "e"
    ? isEventStamped(stamp, { ...whole, entry: row["entry_id"] ?? "", version: Number(row["version"]) }, found)
    : isAuditStamped(
        stamp,
        { ...whole, unit: number("unit_id"), subject: row["subject"] ?? null, result: row["result"] ?? "" },
        found,
      );
}
