/** A campaign as the features see it: its pack with quick access by key, its days, its units at the top. */
import type { FigureDefinition, Ledger, Pack } from "./definitions.ts";
import { mondayOf } from "./fields.ts";

export interface Campaign {
  id: number;
  key: string;
  name: string;
  packId: number;
  pack: Pack;
  /** As documents name who holds it. */
  organ: string;
  /** Realms that take part, with the unit at the top of each; a smaller organisation is one. */
  tops: ReadonlyMap<number, { unit: number; name: string }>;
  /** Realms that are seen: all, or from within one of several only that. */
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
  row: Pick<Campaign, "id" | "key" | "name" | "packId" | "tops" | "root" | "realm">,
  pack: Pack,
): Campaign {
  const dates = pack.campaign;
  const from = dates?.from ?? "1900-01-01";
  return {
    ...row,
    pack,
    organ: dates?.organ ?? row.name,
    realms: [...row.tops.keys()],
    from,
    to: dates?.to,
    reportDate: dates?.reportDate,
    firstWeek: dates?.firstWeek ?? mondayOf(from),
    ledgers: new Map(pack.ledgers.map((ledger) => [ledger.key, ledger])),
    figures: new Map(pack.figures.map((figure) => [figure.key, figure])),
  };
}

/** The campaign as a realm other than that of the top sees it: as if the realm were all there is. */
export function campaignIn(campaign: Campaign, realm: number): Campaign {
  const top = campaign.tops.get(realm);
  if (!top || realm === campaign.realm) return campaign;
  return { ...campaign, realm, realms: [realm], root: top.unit, organ: top.name };
}
