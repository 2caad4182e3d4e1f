/**
 * Finds the tables of a sheet while its rows stream by.
 *
 * The sheet is a machine with two states. Outside a table, rows are titles, sections and notes until one looks like a
 * header that some ledger knows. Inside, rows are records until another header comes; totals, notes, sections and
 * repeated headers are skipped and said. A few dozen rows are held back, because a header is judged together with the
 * rows below it, and a line of text by what follows it.
 */
import type { Ledger } from "#kernel/definitions.ts";
import { chooseLedger } from "./choose-ledger.ts";
import type { Cell, Lookups } from "#kernel/values/cell.ts";
import type { HeadingMemory, Merge, RawRow, SheetName, TableInfo } from "./exchange.types.ts";
import { FileRefused } from "./file-refused.ts";
import { mergeFiller, type FilledRow } from "./fill-merges.ts";
import { headerAt, isConvincing, mayBeHeader, vocabulary, type Header } from "./find-header.ts";
import { isSerialHeading } from "./headings.ts";
import type { RawColumn } from "./map-columns.ts";
import { periodOf } from "./period.ts";
import { cellText, filled, isLoneText, isMeasureLine, moneyUnit, isNoteRow, isSectionRow, isTotalRow } from "./row-kinds.ts";

export interface RecogniseOptions {
  file: string;
  ledgers: readonly Ledger[];
  lookups: Lookups;
  /** The caller knows the ledger; the tables are not guessed. */
  ledger?: Ledger | undefined;
  memory?: HeadingMemory | undefined;
}

export interface Unrecognised {
  sheet: SheetName;
  row: number;
  headings: string[];
  reason: string;
}

export type Found =
  | { type: "open"; table: TableInfo; ledger: Ledger }
  | { type: "row"; row: FilledRow }
  /** The same object as was opened, now with its last row and what was skipped. */
  | { type: "close"; table: TableInfo }
  | { type: "unrecognised"; what: Unrecognised };

const heldBack = 32;
const sampleRows = 20;
const maxSkipped = 2_000;
/** A sheet that holds more tables, or headers of no ledger, is no ledger; trying on would only take time. */
const maxTables = 200;
const maxFailed = 50;

/** Tables of one sheet: `push` its rows in order, then `end`. */
export const recogniseSheet = (
  sheet: SheetName,
  merges: Merge[],
  options: RecogniseOptions,
): { push(rows: RawRow[]): Found[]; end(): Found[] } => {
  const ledgers = options.ledger === undefined ? options.ledgers : [options.ledger];
  const memory = options.memory ?? {};
  const words = vocabulary(ledgers, memory);
  const fill = mergeFiller(merges, options.file);
  const merged = new Map<number, Merge[]>();
  for (const merge of merges) {
    if (merge.right === merge.left && merge.bottom - merge.top > 2) continue;
    const beside = merged.get(merge.top);
    if (beside === undefined) merged.set(merge.top, [merge]);
    else beside.push(merge);
  }
  const mergesOf = (rows: RawRow[]): Merge[] => rows.slice(0, 3).flatMap((row) => merged.get(row.row) ?? []);

  let waiting: FilledRow[] = [];
  let at = 0;
  let out: Found[] = [];
  let table: TableInfo | undefined;
  let headerTexts: [number, Cell][][] = [];
  let count = 0;
  let sheetTitle: string | null = null;
  let title: string | null = null;
  let section: string | null = null;
  let note: string | null = null;
  let afterNote = false;
  let previous = 0;
  let unknownTold = false;
  /** The last row that announced something, rows looked at, and headers that turned out to be no ledger's. */
  let titleRow = -100;
  let looked = 0;
  let failed = 0;
  /** The field that numbers the records of the open table. */
  let numbered: string | undefined;
  let group: string | undefined;
  /** What the lines above say that sums are counted in. */
  let measure: string | undefined;

  const original = (row: FilledRow): RawRow => ({ row: row.row, cells: row.raw });
  const ahead = (from: number, length: number): RawRow[] => waiting.slice(from, from + length).map(original);
  const skip = (row: number, why: "total" | "note" | "heading" | "empty"): void => {
    if (table !== undefined && table.skipped.length < maxSkipped) table.skipped.push({ row, why });
  };
  const close = (): void => {
    if (table === undefined) return;
    table.skipped = table.skipped.filter((skipped) => skipped.why !== "empty" || skipped.row < (table?.lastRow ?? 0));
    out.push({ type: "close", table });
    table = undefined;
  };

  /** A header printed again after a page break: the same words, as they stand. */
  const isRepeated = (row: RawRow): boolean =>
    headerTexts.some((texts) => {
      let same = 0;
      for (const [index, text] of texts) if (row.cells[index] === text) same++;
      return same >= 2 && same >= 0.8 * texts.length && filled(row).length <= texts.length + 1;
    });

  /** Rows below a header, to look at their values; stops where the next header or a total comes. */
  const sampleOf = (header: Header): FilledRow[] => {
    const rows: FilledRow[] = [];
    for (const row of waiting.slice(at + header.rows.length, at + header.rows.length + heldBack)) {
      const plain = original(row);
      if (isTotalRow(plain)) break;
      if (!isNoteRow(plain) && !isLoneText(plain)) rows.push(row);
      if (rows.length === sampleRows) break;
    }
    return rows;
  };

  const open = (header: Header): boolean => {
    if (count >= maxTables)
      throw new FileRefused(
        "unsupported",
        `文件《${options.file}》${sheet === null ? "" : `工作表“${sheet}”`}有超过 ${maxTables} 张表，无法识别。请把同一台账的数据放在一张表里再上传。`,
      );
    const sample = sampleOf(header);
    const columns: RawColumn[] = header.headings.map((heading) => ({
      ...heading,
      sample: sample.map((row) => row.cells[heading.index] ?? null),
    }));
    const texts = [section, title ?? sheetTitle, sheet, options.file];
    const choice = chooseLedger(columns, texts, ledgers, options.lookups, memory, options.ledger !== undefined);
    if (choice === undefined) return false;
    close();
    const { campaign } = options.lookups;
    const campaignYear = Number((campaign.reportDate ?? campaign.from).slice(0, 4)) || undefined;
    const last = header.rows.at(-1)?.row ?? 0;
    table = {
      file: options.file,
      sheet,
      table: ++count,
      ledger: choice.ledger.key,
      confidence: choice.confidence,
      next: choice.next,
      headerRows: header.rows.map((row) => row.row),
      firstRow: last + 1,
      lastRow: last,
      columns: choice.mapping.columns,
      missing: choice.mapping.missing,
      period: periodOf([section, title ?? sheetTitle, sheet, options.file, note], campaignYear),
      skipped: [],
      title: title ?? sheetTitle,
      note,
      section,
      measure: measure ?? null,
    };
    group = undefined;
    numbered = choice.ledger.identity[0];
    headerTexts = header.rows.map((row) => filled(row).map(({ index, cell }) => [index, cell]));
    title = section = null;
    afterNote = false;
    previous = last;
    out.push({ type: "open", table, ledger: choice.ledger });
    at += header.rows.length;
    return true;
  };

  /** Text that stands between tables: remembered as title, section or note of what comes. */
  const remember = (row: RawRow): void => {
    if (!isNoteRow(row) && !isLoneText(row)) return;
    const text = filled(row)
      .map(({ cell }) => cellText(cell))
      .join(" ")
      .trim();
    titleRow = row.row;
    measure = moneyUnit(text) ?? measure;
    // 单位：万元 stands above many a table and is no title of it; 单位：医学院 says whose it is.
    if (isMeasureLine(text)) {
      if (moneyUnit(text) === undefined) note ??= text;
      return;
    }
    // 填报单位 and 填报时间 hold for what follows; 注 and 填表人 end what came before.
    if (isNoteRow(row)) note = /(单位|时间|日期|截止|截至)[^：:]{0,6}[：:]/.test(text) ? text : note;
    else if (isSectionRow(row)) section = text;
    else if (isLoneText(row)) {
      title = text;
      sheetTitle ??= text;
      measure = undefined;
    }
  };

  const tellUnknown = (row: RawRow): void => {
    const cells = filled(row);
    if (unknownTold || cells.length < 3 || !cells.every(({ cell }) => typeof cell === "string" && cell.length <= 60)) return;
    unknownTold = true;
    const headings = cells.map(({ cell }) => cellText(cell));
    out.push({
      type: "unrecognised",
      what: {
        sheet,
        row: row.row,
        headings,
        reason: "认不出这张表是哪一本台账，没有读取。请在导入时选定台账，或把标题行改成台账的栏目名称",
      },
    });
  };

  /** A header begins within the next few rows, with nothing but titles, sections and notes before it. */
  const headerComes = (): boolean => {
    for (let step = 1; step <= 4; step++) {
      const rows = ahead(at + step, 3);
      if (rows[0] === undefined) return false;
      const header = headerAt(rows, mergesOf(rows), words);
      if (header !== undefined && isConvincing(header)) return true;
      if (!isLoneText(rows[0]) && !isNoteRow(rows[0])) return false;
    }
    return false;
  };

  const inside = (row: FilledRow, plain: RawRow): void => {
    if (table === undefined) return;
    for (let empty = previous + 1; empty < row.row && empty < previous + 50; empty++) skip(empty, "empty");
    previous = row.row;
    const lone = isLoneText(plain) && (isSectionRow(plain) || afterNote || isBanner(plain) || isRemark(plain) || headerComes());
    at++;
    if (isTotalRow(plain)) skip(row.row, "total");
    else if (isNoteRow(plain)) {
      skip(row.row, "note");
      afterNote = true;
      remember(plain);
    } else if (lone) {
      skip(row.row, "note");
      group = filled(plain).map(({ cell }) => cellText(cell))[0];
      remember(plain);
    } else {
      afterNote = false;
      table.lastRow = row.row;
      out.push({ type: "row", row: group === undefined ? row : { ...row, group } });
    }
  };

  /** A line of text over most of the table's width, or the sheet's title again. */
  const isBanner = (row: RawRow): boolean => {
    const cell = filled(row)[0];
    if (cell === undefined || table === undefined) return false;
    if (sheetTitle !== null && cellText(cell.cell) === sheetTitle) return true;
    const width = table.columns.length;
    return (merged.get(row.row) ?? []).some(
      (merge) => merge.left === cell.index && merge.right - merge.left + 1 >= Math.max(2, width / 2),
    );
  };

  /** A sentence where a record has its number: 以上为第一批报送, or the name of a group of units. */
  const isRemark = (row: RawRow): boolean => {
    const cell = filled(row)[0];
    const column = table?.columns.find(({ index }) => index === cell?.index);
    if (cell === undefined || column === undefined) return false;
    const text = cellText(cell.cell);
    return isSerialHeading(column.heading)
      ? /\p{Script=Han}{2}/u.test(text)
      : column.field !== null && column.field === numbered && /\p{Script=Han}{4}/u.test(text);
  };

  const step = (): void => {
    const row = waiting[at];
    if (row === undefined) return;
    const plain = original(row);
    if (table !== undefined && isRepeated(plain)) {
      skip(row.row, "heading");
      previous = row.row;
      at++;
      return;
    }
    // Headers stand near the top of a sheet or below a title; elsewhere only plain known words are looked for.
    const closely = row.row - titleRow <= 5 || (table === undefined && looked < 500);
    looked++;
    if (failed < maxFailed && mayBeHeader(plain, words, closely)) {
      const rows = ahead(at, 3);
      const header = headerAt(rows, mergesOf(rows), words);
      // Inside a table a record may happen to read like headings: only a header that is nearly all known words ends it.
      if (
        header !== undefined &&
        isConvincing(header) &&
        (table === undefined || row.row - titleRow <= 5 || (header.hits >= 3 && header.share >= 0.8)) &&
        open(header)
      )
        return;
      if (header !== undefined && isConvincing(header)) failed++;
    }
    if (table !== undefined) return inside(row, plain);
    if (filled(plain).length >= 3 && !isNoteRow(plain)) tellUnknown(plain);
    remember(plain);
    previous = row.row;
    at++;
  };

  const run = (keep: number): Found[] => {
    while (waiting.length - at > keep) step();
    waiting = waiting.slice(at);
    at = 0;
    const found = out;
    out = [];
    return found;
  };

  return {
    push: (rows) => {
      for (const row of rows) waiting.push(fill(row));
      return run(heldBack);
    },
    end: () => {
      const found = run(0);
      close();
      return [...found, ...out.splice(0)];
    },
  };
};
