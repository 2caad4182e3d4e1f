/** Which ledger a table is for: by its title, sheet and file name, and by how well its columns fit. */
import type { Ledger } from "#kernel/definitions.ts";
import type { Lookups } from "#kernel/values/cell.ts";
import type { HeadingMemory } from "./exchange.types.ts";
import { plainHeading } from "./headings.ts";
import { mapColumns, type Mapping, type RawColumn } from "./map-columns.ts";

export interface LedgerChoice {
  ledger: Ledger;
  mapping: Mapping;
  confidence: number;
  next: { ledger: string; confidence: number } | null;
}

// No alternative is made of others: a long name could else be taken apart in too many ways.
const tail = /(?:工作)?(?:台账|登记簿|登记|清单|一览表|统计|汇总|明细|情况|安排表|名册|表)+$/;

const nameScore = (name: string, text: string): number => {
  const plain = plainHeading(name).replace(/[()]/g, "");
  if (plain.length < 2 || text === "") return 0;
  if (text.includes(plain)) return 0.9 + Math.min(0.1, plain.length / 100);
  const core = plain.replace(tail, "");
  if (core.length >= 3 && text.includes(core)) return 0.8 + Math.min(0.08, core.length / 100);
  let pairs = 0;
  for (let at = 0; at + 1 < core.length; at++) if (text.includes(core.slice(at, at + 2))) pairs++;
  return core.length < 2 ? 0 : (0.6 * pairs) / (core.length - 1);
};

/** 0–1: how much the words around a table speak for a ledger; the first two texts (section and title) count most. */
export const titleScore = (ledger: Ledger, texts: (string | null)[]): number => {
  let best = 0;
  for (const [at, text] of texts.entries()) {
    const plain = plainHeading(text ?? "").replace(/[()]/g, "");
    for (const name of [ledger.title ?? ledger.name, ledger.name, ...ledger.aliases])
      best = Math.max(best, nameScore(name, plain) * (at < 2 ? 1 : 0.92));
  }
  return best;
};

/**
 * Whether a guess may be acted on. Half of the columns and all required ones must be known unless the title names the ledger, and more is
 * asked of a ledger whose entries become the organisation's units and people.
 */
const isSafe = ({
  ledger,
  mapping,
  title,
  confidence,
}: {
  ledger: Ledger;
  mapping: Mapping;
  title: number;
  confidence: number;
}) =>
  confidence >= (ledger.registers === undefined ? 0.45 : 0.6) &&
  (title >= 0.75 ||
    (mapping.missing.length === 0 && 2 * mapping.mapped >= mapping.columns.filter((column) => !column.ignored).length));

/** The best ledger for a table, `undefined` if none explains it. `texts`: section, title, sheet, file name. */
export const chooseLedger = (
  columns: RawColumn[],
  texts: (string | null)[],
  ledgers: readonly Ledger[],
  lookups: Lookups,
  memory: HeadingMemory,
  fixed: boolean,
): LedgerChoice | undefined => {
  const ranked = ledgers
    .map((ledger) => {
      const mapping = mapColumns(columns, ledger, lookups, memory[ledger.key]);
      const title = titleScore(ledger, texts);
      return { ledger, mapping, title, confidence: Math.round(1000 * (0.6 * mapping.coverage + 0.4 * title)) / 1000 };
    })
    .filter(({ mapping }) => mapping.mapped >= Math.min(2, columns.length))
    .sort((a, b) => b.confidence - a.confidence);
  const [best, second] = ranked;
  if (best === undefined || (!fixed && !isSafe(best))) return undefined;
  return {
    ledger: best.ledger,
    mapping: best.mapping,
    confidence: fixed ? 1 : best.confidence,
    next: second === undefined ? null : { ledger: second.ledger.key, confidence: second.confidence },
  };
};
