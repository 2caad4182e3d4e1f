/**
 * Gives a sender the same workbook back, with the bad cells red and the reason beside them. The parts of the .xlsx are
 * copied; only the sheets complained of are rewritten as they stream past, and styles.xml gets styles at its end. So
 * widths, merged cells, formulas, other sheets and everything we do not know of stay as they were.
 */
import type { Writable } from "node:stream";
import { posix } from "node:path";
import { SaxesParser } from "saxes";
import { fromBufferPromise, openPromise, type Entry, type ZipFile } from "yauzl";
import type { Complaint } from "./exchange.types.ts";
import { planSheet, type MarkedTable, type SheetPlan } from "./mark-plan.ts";
import { markSheet } from "./mark-sheet.ts";
import { patchStyles } from "./mark-styles.ts";
import { writeWhole, writeZip, type Part } from "./write-zip.ts";

const officeTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/** Parts that are read whole (not sheets, not shared strings) are small; more is refused. */
const maxWholePart = 32 * 1024 * 1024;

interface Archive {
  entries: Entry[];
  stream(name: string): Promise<AsyncIterable<Buffer>>;
  text(name: string): Promise<string | undefined>;
  close(): void;
}

async function openArchive(file: string | Buffer): Promise<Archive> {
  const options = { lazyEntries: true, autoClose: false };
  const zip: ZipFile = typeof file === "string" ? await openPromise(file, options) : await fromBufferPromise(file, options);
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith("/")) entries.push(entry);
  // Part names are compared without regard to case (ECMA-376 part 2, 6.2.2).
  const byName = new Map(entries.map((entry) => [entry.fileName.toLowerCase(), entry]));
  const stream = async (name: string): Promise<AsyncIterable<Buffer>> => {
    const entry = byName.get(name.toLowerCase());
    if (!entry) throw new Error(`工作簿不完整：缺少${name}`);
    return zip.openReadStreamPromise(entry);
  };
  return {
    entries,
    stream,
    async text(name) {
      const entry = byName.get(name.toLowerCase());
      if (!entry) return undefined;
      if (entry.uncompressedSize > maxWholePart) throw new Error(`工作簿内容异常：${name}过大，无法标注`);
      const chunks: Buffer[] = [];
      for await (const chunk of await stream(name)) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
    close: () => zip.close(),
  };
}

/** Attributes of every element of one local name. */
function elements(xml: string | undefined, name: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", (tag) => {
    if (tag.name.split(":").pop() !== name) return;
    found.push(
      Object.fromEntries(
        Object.entries(tag.attributes as Record<string, string>).map(([key, value]) => [key.split(":").pop()!, value]),
      ),
    );
  });
  parser.write(xml ?? "<none/>").close();
  return found;
}

const relationsOf = (part: string): string => posix.join(posix.dirname(part), "_rels", `${posix.basename(part)}.rels`);

/** Names of the parts that matter here. */
async function layout(archive: Archive): Promise<{ workbook: string; styles: string | undefined; sheets: Map<string, string> }> {
  const root = elements(await archive.text("_rels/.rels"), "Relationship").find(({ Type }) =>
    Type?.endsWith("/officeDocument"),
  )?.["Target"];
  const workbook = posix.join("/", root ?? "xl/workbook.xml").slice(1);
  const relations = elements(await archive.text(relationsOf(workbook)), "Relationship");
  const resolve = (target: string): string => posix.resolve("/", posix.dirname(workbook), target).slice(1);
  const byId = new Map(relations.map(({ Id = "", Target = "" }) => [Id, resolve(Target)]));
  const styles = relations.find(({ Type }) => Type?.endsWith("/styles"))?.["Target"];
  const sheets = new Map(
    elements(await archive.text(workbook), "sheet").map(({ name = "", id = "" }) => [name, byId.get(id) ?? ""]),
  );
  return { workbook, styles: styles === undefined ? undefined : resolve(styles), sheets };
}

/**
 * Writes the sender's .xlsx (a path or its bytes, already accepted by the reader) with the complaints marked. `tables`
 * says where headings are. Complaints about a sheet that the workbook does not have come back as `unplaced`.
 */
export async function markWorkbook(
  file: string | Buffer,
  tables: readonly MarkedTable[],
  complaints: readonly Complaint[],
  output: Writable | string,
): Promise<{ unplaced: Complaint[] }> {
  const archive = await openArchive(file);
  try {
    const { workbook, styles: stylesName, sheets } = await layout(archive);
    const plans = new Map<string, SheetPlan>();
    const known = new Set(archive.entries.map((entry) => entry.fileName.toLowerCase()));
    const bySheet = Map.groupBy(complaints, ({ sheet }) => sheet);
    for (const [sheet, part] of sheets) {
      const own = tables.filter((table) => table.sheet === sheet);
      const plan = planSheet(own, bySheet.get(sheet) ?? []);
      if (known.has(part.toLowerCase()) && (plan.opinions.size > 0 || plan.again.length > 0)) plans.set(part.toLowerCase(), plan);
    }
    const placed = new Set([...sheets].filter(([, part]) => known.has(part.toLowerCase())).map(([sheet]) => sheet));

    const stylesPart = stylesName ?? posix.join(posix.dirname(workbook), "styles.xml");
    const styles = patchStyles(await archive.text(stylesPart));
    const added = !known.has(stylesPart.toLowerCase());
    const parts = archive.entries
      .filter((entry) => entry.fileName.toLowerCase() !== stylesPart.toLowerCase())
      .map((entry): Part => {
        const name = entry.fileName;
        const plan = plans.get(name.toLowerCase());
        const read = (): Promise<AsyncIterable<Buffer>> => archive.stream(name);
        const whole = async (change: (xml: string) => string): Promise<string[]> => [change((await archive.text(name)) ?? "")];
        let content: Part["content"] = read;
        if (plan) content = () => markSheet(read, plan, styles);
        else if (added && name === "[Content_Types].xml") {
          content = () =>
            whole((xml) =>
              xml.replace(
                /<\/Types>\s*$/,
                `<Override PartName="/${stylesPart}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
              ),
            );
        } else if (added && name === relationsOf(workbook)) {
          content = () =>
            whole((xml) =>
              xml.replace(
                /<\/Relationships>\s*$/,
                `<Relationship Id="rIdMarkStyles" Type="${officeTypes}/styles" Target="/${stylesPart}"/></Relationships>`,
              ),
            );
        }
        return { name, modified: entry.getLastModDate(), content };
      });
    // Last: which styles are needed is known when the sheets have been written.
    parts.push({
      name: stylesPart,
      modified: archive.entries[0]?.getLastModDate() ?? new Date(0),
      content: () => [styles.xml()],
    });
    await writeWhole(output, (stream) => writeZip(stream, parts));
    return { unplaced: complaints.filter(({ sheet }) => sheet === null || !placed.has(sheet)) };
  } finally {
    archive.close();
  }
}
