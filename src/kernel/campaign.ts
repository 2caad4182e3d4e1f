/** A campaign as the features see it: its pack with quick access by key, its days, its units at the top. */
import type { FigureDefinition, Ledger, Pack } from "./definitions.ts";
import { mondayOf } from "./fields.ts";

export interface Campaign {
  id: number;
  key: string;
  name: string;
  packId: number;
  pack: Pack;
  /** Realms that take part; a smaller organisation is one. */
  realms: number[];
  /** The unit at the top; its subtree is everything. */
  root: number;
  /** Realm of the unit at the top. */
  realm: number;
  from: string;
  to: string | undefined;
  reportDate: string | undefined;
  /** The Monday on which 第1周 begins. */
  firstWeek: string;
  ledgers: Map<string, Ledger>;
  figures: Map<string, FigureDefinition & { from: string }>;
}

export function campaignOf(
  row: { id: number; key: string; name: string; packId: number; realms: number[]; root: number; realm: number },
  pack: Pack,
): Campaign {
  const dates = pack.campaign;
  const from = dates?.from ?? "1900-01-01";
  return {
    ...row,
    pack,
    from,
    to: dates?.to,
    reportDate: dates?.reportDate,
    firstWeek: dates?.firstWeek ?? mondayOf(from),
    ledgers: new Map(pack.ledgers.map((ledger) => [ledger.key, ledger])),
    figures: new Map(pack.figures.map((figure) => [figure.key, figure])),
  };
}
