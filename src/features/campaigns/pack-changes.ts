/** What a new version of a pack changes, by name: what an office looks over before it loads it. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Pack } from "#kernel/definitions.ts";

export interface PackChange {
  what: "ledger" | "field" | "figure" | "rule" | "template" | "role" | "phase";
  change: "added" | "removed" | "changed";
  name: string;
  /** Name of the ledger that a field is of. */
  of: string | null;
}

interface Named {
  key: string;
  name: string;
}

/** As they are written: a pack from the database has its names in another order. */
export const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));

function compared<T>(
  what: PackChange["what"],
  of: string | null,
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
  nameOf: (one: T) => string,
): PackChange[] {
  const old = new Map(before.map((one) => [keyOf(one), one]));
  const next = new Map(after.map((one) => [keyOf(one), one]));
  const change = (one: T, how: PackChange["change"]): PackChange => ({ what, change: how, name: nameOf(one), of });
  return [
    ...after.filter((one) => !old.has(keyOf(one))).map((one) => change(one, "added")),
    ...before.filter((one) => !next.has(keyOf(one))).map((one) => change(one, "removed")),
    ...after.filter((one) => old.has(keyOf(one)) && !isSame(old.get(keyOf(one)), one)).map((one) => change(one, "changed")),
  ];
}

const byKey = <T extends Named>(what: PackChange["what"], before: readonly T[], after: readonly T[]): PackChange[] =>
  compared(
    what,
    null,
    before,
    after,
    ({ key }) => key,
    ({ name }) => name,
  );

export function packChanges(before: Pack, after: Pack): PackChange[] {
  const old = new Map(before.ledgers.map((ledger) => [ledger.key, ledger]));
  const fields = after.ledgers.flatMap((ledger) => {
    const was = old.get(ledger.key);
    const name = (field: { name: string }): string => field.name;
    return was ? compared("field", ledger.name, was.fields, ledger.fields, name, name) : [];
  });
  // A ledger whose fields alone differ is told by them.
  const bare = (pack: Pack) => pack.ledgers.map(({ fields: _fields, columns: _columns, ...ledger }) => ledger);
  const plain = (pack: Pack) => pack.templates.map(({ file: _file, bodyLine: _line, ...template }) => template);
  return [
    ...byKey("phase", before.phases, after.phases),
    ...byKey("ledger", bare(before), bare(after)),
    ...fields,
    ...byKey("figure", before.figures, after.figures),
    ...byKey("rule", before.rules, after.rules),
    ...byKey("template", plain(before), plain(after)),
    ...byKey("role", before.roles, after.roles),
  ];
}
