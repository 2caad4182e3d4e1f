/** Of which units a number is expected: of all of a kind as soon as one of that kind has it. Pure. */
interface Unit {
  unit: number;
  name: string;
  kind: string | null;
}

/** `all` is 0 for a figure that none of the units has: then it is one of the unit above. Units in the order given. */
export function expectedOf(units: readonly Unit[], without: readonly number[]) {
  const missing = new Set(without);
  const kinds = [...Map.groupBy(units, ({ kind }) => kind)]
    .map(([kind, own]) => ({ kind, own, has: own.filter(({ unit }) => !missing.has(unit)).length }))
    .filter(({ has }) => has > 0);
  const all = kinds.reduce((sum, { own }) => sum + own.length, 0);
  const lacking = kinds.flatMap(({ own }) => own.filter(({ unit }) => missing.has(unit)));
  return { kinds, all, has: all - lacking.length, lacking };
}
