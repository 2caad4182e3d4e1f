/** Names of files that people send and get: what may stand in a folder of theirs, and hides nothing. */

// Control characters, halves of characters, and marks that turn the order of characters about, so that an extension can be hidden.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/gu;
/** Devices of Windows, whatever extension they have. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

const extensionOf = (name: string): string => /\.([a-z][a-z0-9]{0,5})$/i.exec(name)?.[1]?.toLowerCase() ?? "";

/** Without a path, at most `most` characters, the extension kept; empty when nothing is left. */
export function plainFileName(sent: string, most = 200): string {
  const name = (sent.split(/[/\\]/).at(-1) ?? "")
    .replaceAll(unprintable, "")
    .replaceAll(/[<>:"|?*]/g, "_")
    .replace(/^[\s.]+|[\s.]+$/g, "")
    .replace(reserved, "_$&");
  const extension = extensionOf(name);
  const end = extension === "" ? "" : `.${extension}`;
  const stem = Array.from(end === "" ? name : name.slice(0, -end.length));
  return stem.length + end.length <= most ? name : stem.slice(0, most - end.length).join("") + end;
}
