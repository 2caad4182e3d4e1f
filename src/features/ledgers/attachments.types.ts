/** What may be attached to an entry, and how it can be looked at; known to the server and the browser alike. */

/** A file is sent in parts of this size, the last one shorter. */
export const partBytes = 512 * 1024;
export const fileBytes = 50 * 2 ** 20;
/** Of one entry: all its files together, and how many. */
export const entryBytes = 200 * 2 ** 20;
export const entryFiles = 100;
/** Of the small picture that stands for a photo in lists. */
export const thumbBytes = 16 * 1024;
/** Characters of a file's name that are kept. */
export const nameLength = 200;

const office = "application/vnd.openxmlformats-officedocument.";

/** Media type → extensions, the usual one first. */
export const attachable = {
  "image/jpeg": ["jpg", "jpeg"],
  "image/png": ["png"],
  "image/webp": ["webp"],
  "application/pdf": ["pdf"],
  [`${office}wordprocessingml.document`]: ["docx"],
  [`${office}spreadsheetml.sheet`]: ["xlsx"],
  [`${office}presentationml.presentation`]: ["pptx"],
  "application/ofd": ["ofd"],
  "application/msword": ["doc", "wps"],
  "application/vnd.ms-excel": ["xls", "et"],
  "application/vnd.ms-powerpoint": ["ppt", "dps"],
  "text/csv": ["csv"],
  "text/plain": ["txt"],
} as const satisfies Record<string, readonly [string, ...string[]]>;
export type AttachmentType = keyof typeof attachable;

/** A picture is left out of the list of extensions where the system's own chooser should offer to convert it (iPhones). */
export const attachableExtensions = Object.values(attachable).flat();

/** The extension of a name in small letters, empty if it has none. */
export const extensionOf = (name: string): string => /\.([a-z][a-z0-9]{0,5})$/i.exec(name)?.[1]?.toLowerCase() ?? "";

export type AttachmentView = "image" | "pdf" | "document" | "sheets" | "text";

/** How a file of this type is shown, if it can be. */
export function viewOf(type: string): AttachmentView | undefined {
  if (type.startsWith("image/")) return "image";
  if (type === "application/pdf") return "pdf";
  if (type.endsWith("wordprocessingml.document")) return "document";
  if (type.endsWith("spreadsheetml.sheet") || type === "application/vnd.ms-excel" || type === "text/csv") return "sheets";
  return type === "text/plain" ? "text" : undefined;
}
