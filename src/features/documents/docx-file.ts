import { Document, Packer, type ISectionOptions } from "docx";
import type { FigureMark, OfficialDocument, ReportIdentity } from "./documents.types.ts";
import { openDocx, packDocx, setText, text, type DocxParts } from "./docx-package.ts";
import { writeIdentity } from "./figure-marks.ts";
import { completeStyles, styles } from "./official-layout.ts";

/** Sections into bytes: Word file by the library, then identity and fixed dates. */
export async function finish(
  sections: ISectionOptions[],
  document: Pick<OfficialDocument, "title" | "organ" | "date">,
  identity: ReportIdentity,
  marks: readonly FigureMark[],
): Promise<Buffer> {
  const file = new Document({
    title: document.title.replace(/\n/g, ""),
    creator: document.organ ?? "",
    lastModifiedBy: document.organ ?? "",
    styles,
    evenAndOddHeaderAndFooters: true,
    compatibility: { version: 15 },
    sections,
  });
  const parts = await openDocx(await Packer.toBuffer(file));
  setText(parts, "word/styles.xml", completeStyles(text(parts, "word/styles.xml")));
  fixDates(parts, document.date);
  writeIdentity(parts, identity, marks);
  return packDocx(parts);
}

function fixDates(parts: DocxParts, day: string): void {
  const core = "docProps/core.xml";
  setText(
    parts,
    core,
    text(parts, core).replace(/(<dcterms:(?:created|modified)[^<>]*>)[^<]*/g, (_all, open: string) => `${open}${day}T00:00:00Z`),
  );
}
