/** Figures in the groups of the pack: the campaign's own first, then those of each ledger under its name, sealed ones last. Pure. */
interface Definition {
  ledgers: readonly { key: string; name: string }[];
  figures: readonly { key: string; from: string }[];
}

export interface GroupNames {
  /** Of figures that belong to no one ledger. */
  own: string;
  /** Of figures of ledgers that the asker does not see. */
  sealed: string;
}

/** With a text only those whose key or name has it. */
export function groupFigures<F extends { key: string; name: string }>(
  figures: readonly F[],
  definition: Definition,
  { own, sealed }: GroupNames,
  text = "",
): [group: string, figures: F[]][] {
  const wanted = text.trim().toLowerCase();
  const found = wanted === "" ? figures : figures.filter(({ key, name }) => `${key} ${name}`.toLowerCase().includes(wanted));
  const ledgers = new Map(definition.ledgers.map(({ key, name }) => [key, name]));
  // A figure comes from a ledger, by its key, or from a file of its own.
  const groupOf = (from: string): string => (/[.]ya?ml$/.test(from) ? own : (ledgers.get(from) ?? sealed));
  const sources = new Map(definition.figures.map(({ key, from }) => [key, groupOf(from)]));
  const groups = Map.groupBy(found, ({ key }) => sources.get(key) ?? own);
  const place = (group: string): number => (group === own ? 0 : group === sealed ? 2 : 1);
  return [...groups].toSorted(([left], [right]) => place(left) - place(right));
}
