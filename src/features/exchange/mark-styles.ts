import { markColour, solidFill, thinBorder } from "./workbook-styles.ts";

/** Appends to a workbook's styles what marking needs; the numbers of existing styles do not change. */
export interface StylePatch {
  /** The style with the red fill instead of its own. */
  marked(style: number): number;
  /** The style without fill, if it has the red fill of an earlier marking; else the same. */
  cleared(style: number): number;
  /** The style of reasons, or of the heading above them. */
  opinion(part: "reason" | "heading"): number;
  /** Whether the style breaks long text into lines. */
  wraps(style: number): boolean;
  xml(): string;
}

const bare =
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
  `<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
  `<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>`;

/** Works on the text of `xl/styles.xml`; without one, on a bare stylesheet. */
export function patchStyles(given: string | undefined): StylePatch {
  const complete =
    given !== undefined &&
    ["fonts", "fills", "borders", "cellXfs"].every((name) => new RegExp(`</(?:\\w+:)?${name}>`).test(given));
  const source = complete ? given : bare;
  const prefix = /<(\w+:)?styleSheet\b/.exec(source)?.[1] ?? "";
  const inner = (name: string): string =>
    new RegExp(`<${prefix}${name}\\b[^>]*>([\\s\\S]*?)</${prefix}${name}>`).exec(source)?.[1] ?? "";
  const items = (container: string, name: string): string[] =>
    inner(container).match(new RegExp(`<${prefix}${name}(?=[\\s/>])[^>]*?(?:/>|>[\\s\\S]*?</${prefix}${name}>)`, "g")) ?? [];

  const xfs = items("cellXfs", "xf");
  const fills = items("fills", "fill");
  const markFill = fills.length;
  const added: string[] = [];
  const known = new Map<string, number>();
  let opinionUsed = false;

  const add = (key: string, make: () => string): number => {
    let number = known.get(key);
    if (number === undefined) known.set(key, (number = xfs.length + added.push(make()) - 1));
    return number;
  };
  const withFill = (xf: string, fill: number): string => {
    const end = /\/?>/.exec(xf)!.index;
    const opening = xf.slice(0, end).replace(/\s(?:fillId|applyFill)=(["']).*?\1/g, "");
    return `${opening} fillId="${fill}" applyFill="1"${xf.slice(end)}`;
  };
  const xfOf = (style: number): string => xfs[style] ?? xfs[0] ?? `<${prefix}xf xfId="0"/>`;

  return {
    marked: (style) => add(`m${style}`, () => withFill(xfOf(style), markFill)),
    cleared(style) {
      const fill = /\sfillId=["'](\d+)/.exec(xfOf(style))?.[1];
      if (fill === undefined || !fills[Number(fill)]?.includes(markColour)) return style;
      return add(`c${style}`, () => withFill(xfOf(style), 0));
    },
    opinion(part) {
      opinionUsed = true;
      const [font, border] = [items("fonts", "font").length, items("borders", "border").length];
      return add(
        part,
        () =>
          `<${prefix}xf numFmtId="49" fontId="${font}" fillId="0" borderId="${border}" xfId="0" applyNumberFormat="1" applyFont="1" applyBorder="1" applyAlignment="1"><${prefix}alignment horizontal="${part === "reason" ? "left" : "center"}" vertical="center" wrapText="1"/></${prefix}xf>`,
      );
    },
    wraps: (style) => /\swrapText=["'](1|true)/.test(xfOf(style)),
    xml() {
      const named = (xml: string): string => xml.replace(/<(\/?)(?=\w)/g, `<$1${prefix}`);
      const append = (xml: string, container: string, extra: readonly string[], before: number): string =>
        extra.length === 0
          ? xml
          : xml
              .replace(
                new RegExp(`(<${prefix}${container}\\b[^>]*?\\scount=["'])\\d+`),
                (_, head: string) => head + (before + extra.length),
              )
              .replace(`</${prefix}${container}>`, () => `${extra.join("")}</${prefix}${container}>`);
      let xml = append(source, "fills", [named(solidFill(markColour))], fills.length);
      if (opinionUsed) {
        xml = append(
          xml,
          "fonts",
          [named('<font><sz val="10.5"/><color rgb="FFC00000"/><name val="宋体"/><charset val="134"/></font>')],
          items("fonts", "font").length,
        );
        xml = append(xml, "borders", [named(thinBorder)], items("borders", "border").length);
      }
      return append(xml, "cellXfs", added, xfs.length);
    },
  };
}
