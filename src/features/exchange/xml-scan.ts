/**
 * A forward-only scanner for the XML parts of a workbook: feed it chunks of text, it calls back for tags and text.
 *
 * Sheets hold millions of tiny elements, so attributes stay one raw string that the handler asks with `attribute`,
 * and nothing is built that nobody asks for. It refuses what a workbook never holds (a document type, and with it
 * custom entities) and whatever is not well nested, so that a damaged part is an error and not a shorter table.
 */
export interface XmlHandler {
  /** Local name (prefix removed) and the raw attributes. `close` follows for empty elements too. */
  open(name: string, attributes: string): void;
  close(name: string): void;
  /** Text between two tags; may come in pieces. Entities are resolved. */
  text(text: string): void;
}

export class XmlError extends Error {}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const decodeEntities = (text: string): string =>
  text.includes("&")
    ? text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (whole, name: string) => {
        const known = entities[name];
        if (known !== undefined) return known;
        if (!name.startsWith("#")) throw new XmlError(`entity ${whole}`);
        const code = name[1] === "x" || name[1] === "X" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
      })
    : text;

/** Value of an attribute (by its name with prefix) in a tag's raw attributes. */
export const attribute = (raw: string, name: string): string | undefined => {
  for (let at = raw.indexOf(name); at >= 0; at = raw.indexOf(name, at + 1)) {
    if (at > 0 && raw.charCodeAt(at - 1) > 32) continue;
    let from = at + name.length;
    while (raw.charCodeAt(from) <= 32) from++;
    if (raw[from] !== "=") continue;
    do from++;
    while (raw.charCodeAt(from) <= 32);
    const end = raw.indexOf(raw[from] as string, from + 1);
    return end < 0 ? undefined : decodeEntities(raw.slice(from + 1, end));
  }
  return undefined;
};

/** Where the tag that starts at `from` ends, or -1; a `>` within quotes does not end it. */
const tagEnd = (text: string, from: number): number => {
  const first = text.indexOf(">", from);
  if (first < 0) return -1;
  const before = text.charCodeAt(first - 1) === 47 ? first - 2 : first - 1;
  if (text.charCodeAt(before) === 34 && text.charCodeAt(before - 1) !== 61) return first;
  let quote = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quote) {
      if (code === quote) quote = 0;
    } else if (code === 34 || code === 39) quote = code;
    else if (code === 62) return at;
  }
  return -1;
};

const maxTag = 1 << 20;

/** A scanner with `write` for each chunk and `end`, which throws if something is still open. */
export const xmlScanner = (handler: XmlHandler): { write(chunk: string): void; end(): void } => {
  let rest = "";
  let inCdata = false;
  const open: string[] = [];

  const special = (text: string, at: number): number => {
    const skip = (opening: string, closing: string): number => {
      const end = text.indexOf(closing, at + opening.length);
      return end < 0 ? -1 : end + closing.length;
    };
    if (text.startsWith("<?", at)) return skip("<?", "?>");
    if (text.startsWith("<!--", at)) return skip("<!--", "-->");
    if (text.startsWith("<![CDATA[", at)) {
      inCdata = true;
      return at + 9;
    }
    if (text.length - at < 9) return -1;
    throw new XmlError("declaration");
  };

  const tag = (text: string, at: number, end: number): void => {
    if (text.charCodeAt(at + 1) === 47) {
      let name = text.slice(at + 2, end).trimEnd();
      name = name.slice(name.indexOf(":") + 1);
      if (open.pop() !== name) throw new XmlError(`</${name}>`);
      handler.close(name);
      return;
    }
    const empty = text.charCodeAt(end - 1) === 47;
    const last = empty ? end - 1 : end;
    let stop = at + 1;
    let start = stop;
    for (; stop < last; stop++) {
      const code = text.charCodeAt(stop);
      if (code <= 32) break;
      if (code === 58) start = stop + 1;
    }
    const name = text.slice(start, stop);
    if (name === "") throw new XmlError("<>");
    handler.open(name, stop < last ? text.slice(stop + 1, last) : "");
    if (empty) handler.close(name);
    else open.push(name);
  };

  const write = (chunk: string): void => {
    const text = rest === "" ? chunk : rest + chunk;
    let at = 0;
    for (;;) {
      if (inCdata) {
        const end = text.indexOf("]]>", at);
        if (end < 0) {
          const safe = Math.max(at, text.length - 2);
          if (safe > at) handler.text(text.slice(at, safe));
          at = safe;
          break;
        }
        if (end > at) handler.text(text.slice(at, end));
        at = end + 3;
        inCdata = false;
      }
      const left = text.indexOf("<", at);
      if (left < 0) {
        const amp = text.lastIndexOf("&");
        const safe = amp >= at && amp > text.length - 12 ? amp : text.length;
        if (safe > at && open.length > 0) handler.text(decodeEntities(text.slice(at, safe)));
        at = safe;
        break;
      }
      if (left > at && open.length > 0) handler.text(decodeEntities(text.slice(at, left)));
      at = left;
      const next = text.charCodeAt(left + 1);
      if (next === 33 || next === 63) {
        const after = special(text, left);
        if (after < 0) break;
        at = after;
        continue;
      }
      const end = tagEnd(text, left + 1);
      if (end < 0) break;
      tag(text, left, end);
      at = end + 1;
    }
    rest = text.slice(at);
    if (rest.length > maxTag) throw new XmlError("tag too long");
  };

  return {
    write,
    end: () => {
      if (open.length > 0 || rest.trim() !== "" || inCdata) throw new XmlError("unexpected end");
    },
  };
};
