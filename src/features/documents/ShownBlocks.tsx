/** Blocks of a document on the screen: in the page preview, in a document that is final, and in a source within the text. */
import type { CSSProperties, ReactNode } from "react";

export interface ShownInline {
  kind: string;
  text: string;
}
export type ShownBlock =
  | { kind: "heading"; level: 1 | 2 | 3 | 4; inlines: readonly ShownInline[]; text: readonly ShownInline[] }
  | { kind: "paragraph"; inlines: readonly ShownInline[] }
  | {
      kind: "table";
      title: readonly ShownInline[];
      columns: readonly { title: string; width: number }[];
      rows: readonly (readonly ShownInline[])[][];
      note: string;
    };

interface Given {
  blocks: readonly ShownBlock[];
  /** Draws a figure; without, its text. `n` counts figures from 0 in the order of the text. */
  figure?: ((inline: ShownInline, n: number) => ReactNode) | undefined;
  /** At most so many rows of a table. */
  rows?: number;
}

export function ShownBlocks({ blocks, figure, rows = Infinity }: Given) {
  let n = 0;
  const say = (inlines: readonly ShownInline[]): ReactNode =>
    inlines.map((inline, i) => {
      if (inline.kind !== "figure" || !figure) return inline.text;
      return <span key={i}>{figure(inline, n++)}</span>;
    });
  return blocks.map((block, i) => {
    if (block.kind === "paragraph") return <p key={i}>{say(block.inlines)}</p>;
    if (block.kind === "heading")
      return (
        <p key={i} className={`level-${block.level}`}>
          <span className="head">{say(block.inlines)}</span>
          {block.text.length > 0 && <span className="run-in">{say(block.text)}</span>}
        </p>
      );
    const all = block.columns.reduce((sum, { width }) => sum + width, 0);
    const width = (share: number): CSSProperties => ({ width: `${(share / all) * 100}%` });
    return (
      <div key={i} className="sheet">
        {block.title.length > 0 && <p className="caption">{say(block.title)}</p>}
        <table>
          <thead>
            <tr>
              {block.columns.map((column, c) => (
                <th key={c} style={width(column.width)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.slice(0, rows).map((row, r) => (
              <tr key={r}>
                {row.map((cell, c) => (
                  <td key={c} className={(block.columns[c]?.width ?? 0) <= 8 ? "centred" : undefined}>
                    {say(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {block.note !== "" && <p className="note">{block.note}</p>}
      </div>
    );
  });
}
