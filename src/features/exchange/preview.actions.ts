/** Workbooks that are attached to entries, looked at in the page: the first rows of each sheet. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { anyoneHere, campaignAction } from "#kernel/action.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import type { Cell } from "#kernel/values/cell.ts";
import { getAttachment, readContent } from "#features/ledgers/attachments.model.ts";
import { viewOf } from "#features/ledgers/attachments.types.ts";
import { getEntry } from "#features/ledgers/ledgers.model.ts";
import { FileRefused } from "./file-refused.ts";
import { readFile } from "./read-file.ts";

const most = { sheets: 20, rows: 100, columns: 40 };

const shown = (cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "boolean") return cell ? "是" : "否";
  return (typeof cell === "object" ? cell.date.replace("T", " ") : String(cell)).slice(0, 500);
};

interface Sheet {
  name: string | null;
  rows: { row: number; cells: string[] }[];
  more: boolean;
}

async function readSheets(path: string, name: string): Promise<Sheet[]> {
  const sheets: Sheet[] = [];
  for await (const event of readFile(path, { name, limits: { milliseconds: 15_000 } })) {
    const sheet = sheets.at(-1);
    if (event.type === "sheet") {
      if (sheets.length === most.sheets) return sheets;
      sheets.push({ name: event.sheet, rows: [], more: false });
    } else if (event.type === "rows" && sheet)
      for (const { row, cells } of event.rows) {
        sheet.more ||= sheet.rows.length === most.rows || cells.length > most.columns;
        if (sheet.rows.length < most.rows) sheet.rows.push({ row, cells: cells.slice(0, most.columns).map(shown) });
      }
  }
  return sheets;
}

export const preview = campaignAction({
  name: "exchange.preview",
  method: "GET",
  path: "/api/campaigns/:campaign/entries/:entry/attachments/:attachment/sheets",
  summary: "查看附件中的表格",
  description: "每个工作表的前一百行、前四十列。",
  input: z.object({ entry: z.uuid(), attachment: z.uuid() }),
  output: z.object({
    rows: z.int(),
    columns: z.int(),
    sheets: z.array(
      z.object({
        name: z.string().nullable().meta({ description: "CSV 没有工作表名" }),
        rows: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })),
        more: z.boolean().meta({ description: "还有没列出的行或列" }),
      }),
    ),
  }),
  sensitive: true,
  async subject(call, asked) {
    const entry = await getEntry(call.tx, call.campaign, asked.entry);
    const ledger = call.campaign.ledgers.get(entry.ledger);
    if (!ledger || mayUse(call.asker, ledger, "read") !== true) throw notFound("这条记录");
    call.note({ ledger: ledger.name, level: ledger.sensitivity, file: asked.attachment });
    return { entry, file: await getAttachment(call.tx, entry, asked.attachment) };
  },
  allow: anyoneHere,
  async run(call, { file }) {
    if (file.state !== "kept" || viewOf(file.type) !== "sheets")
      throw new Problem("not_shown", 422, `《${file.name}》不是可以查看的表格，请下载。`);
    const path = join(await call.folder(), "workbook");
    await pipeline(readContent(call.tx, file), createWriteStream(path));
    try {
      return { rows: most.rows, columns: most.columns, sheets: await readSheets(path, file.name) };
    } catch (error) {
      throw error instanceof FileRefused ? new Problem("file_refused", 422, error.message) : error;
    }
  },
  about: (asked, found) => ({ id: asked.entry, unit: found?.entry.unit, realm: found?.entry.realm }),
});
