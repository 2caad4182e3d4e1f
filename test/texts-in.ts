/** All texts in an answer, whatever it is: JSON and CSV as they are, the parts of a workbook or Word file unpacked. */
import { fromBuffer } from "yauzl";
import type { Reply } from "./world.ts";

export async function textsIn({ raw }: Reply): Promise<string> {
  // Office files are zip archives, which begin so.
  if (raw.subarray(0, 2).toString("latin1") !== "PK") return raw.toString("utf8");
  const parts: Buffer[] = [];
  await new Promise<void>((done, failed) => {
    fromBuffer(raw, { lazyEntries: true }, (error, zip) => {
      if (error) return failed(error);
      zip.on("error", failed).on("end", done);
      zip.on("entry", (entry) =>
        zip.openReadStream(entry, (problem, stream) => {
          if (problem) return failed(problem);
          stream.on("data", (part: Buffer) => parts.push(part)).on("end", () => zip.readEntry());
        }),
      );
      zip.readEntry();
    });
  });
  // Word may cut a text into runs.
  return Buffer.concat(parts)
    .toString("utf8")
    .replaceAll(/<[^>]*>/g, "");
}
