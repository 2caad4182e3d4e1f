/** Rows of an Excel 97–2003 workbook (.xls, also WPS .et). The format cannot be streamed, but is not compressed either. */
import { readFile } from "node:fs/promises";
import { CFB, read, type CellObject, type WorkSheet } from "@e965/xlsx";
import type { Cell } from "#kernel/values/cell.ts";
import type { RawRow } from "./exchange.types.ts";
import { numberKind, numberReader } from "#kernel/values/excel-serial.ts";
import { FileRefused, type ReadLimits } from "./file-refused.ts";
import type { ReadEvent, RowBudget } from "./read-events.ts";

const saveAs = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿（.xlsx）”再上传";

/** Refuses OLE files that are something else than a plain workbook: encrypted packages, Word documents, macros. */
const guard = (bytes: Buffer, file: string): void => {
  const paths: string[] = [];
  try {
    // `FileIndex` and `FullPaths` name every stream of the compound file.
    for (const path of CFB.read(bytes, { type: "buffer" }).FullPaths as string[]) paths.push(path.toLowerCase());
  } catch {
    throw new FileRefused(
      "damaged",
      `文件《${file}》已损坏或不完整，无法打开。请用 Excel 打开并另存一份（或重新下载）后再上传。`,
    );
  }
  if (paths.some((path) => /encryptedpackage|encryptioninfo/.test(path)))
    throw new FileRefused("encrypted", `文件《${file}》设了密码，无法读取。请在 Excel 中取消“用密码进行加密”后再上传。`);
  if (paths.some((path) => /_vba_project|\/vba\//.test(path)))
    throw new FileRefused("macro", `文件《${file}》含有宏，为安全起见不予读取。请另存为不含宏的“Excel 工作簿（.xlsx）”再上传。`);
  if (!paths.some((path) => /\/(workbook|book)$/.test(path)))
    throw new FileRefused("not_workbook", `文件《${file}》不是 Excel 工作簿（可能是改了扩展名的 Word 等文件）。${saveAs}。`);
};

const errorTexts: Record<number, string> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
};

export async function* readXls(path: string, file: string, budget: RowBudget, limits: ReadLimits): AsyncGenerator<ReadEvent> {
  const bytes = await readFile(path);
  guard(bytes, file);
  let book;
  try {
    book = read(bytes, {
      type: "buffer",
      dense: true,
      cellNF: true,
      cellFormula: false,
      cellHTML: false,
      cellText: false,
      sheetRows: limits.rows * 2,
    });
  } catch (error) {
    throw /password|encrypt/i.test(String(error))
      ? new FileRefused("encrypted", `文件《${file}》设了密码，无法读取。请在 Excel 中取消“用密码进行加密”后再上传。`)
      : new FileRefused("damaged", `文件《${file}》已损坏或不完整，无法打开。请用 Excel 打开并另存一份（或重新下载）后再上传。`);
  }
  const number = numberReader(book.Workbook?.WBProps?.date1904 === true);
  const value = (cell: CellObject): Cell => {
    if (cell.v === undefined || cell.t === "z") return null;
    if (cell.t === "n") return number(cell.v as number, numberKind(0, typeof cell.z === "string" ? cell.z : undefined));
    if (cell.t === "b") return cell.v === true;
    if (cell.t === "e") return errorTexts[cell.v as number] ?? "#N/A";
    const text = String(cell.v);
    return text.trim() === "" ? null : text.slice(0, limits.cellLength + 1);
  };
  for (const [index, name] of book.SheetNames.entries()) {
    if ((book.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0) {
      yield { type: "hidden", sheet: name };
      continue;
    }
    const sheet = book.Sheets[name] as WorkSheet;
    const merges = (sheet["!merges"] ?? []).map((m) => ({ top: m.s.r + 1, left: m.s.c, bottom: m.e.r + 1, right: m.e.c }));
    yield { type: "sheet", sheet: name, merges };
    // With `dense` the cells are an array of rows.
    const grid = (sheet["!data"] ?? []) as (CellObject | undefined)[][];
    let rows: RawRow[] = [];
    let emptyRows = 0;
    for (let at = 0; at < grid.length; at++) {
      const cells: Cell[] = [];
      for (const [column, cell] of (grid[at] ?? []).entries()) {
        const found = cell === undefined ? null : value(cell);
        if (found === null) continue;
        if (column >= limits.columns) budget.tooWide(name, at + 1, column);
        while (cells.length < column) cells.push(null);
        cells[column] = found;
      }
      if (cells.length === 0) emptyRows++;
      else {
        budget.take(name);
        rows.push({ row: at + 1, cells });
      }
      if (rows.length >= 512) {
        yield { type: "rows", rows };
        rows = [];
      }
    }
    if (rows.length > 0) yield { type: "rows", rows };
    yield { type: "end", emptyRows, uncomputed: 0 };
  }
}
