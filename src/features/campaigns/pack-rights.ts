/** Rights that a new version of a pack would give beyond those that there are. Pure. */
import { mayUse, type LedgerVerb, type Role } from "#kernel/access.ts";
import {
  ledgerVerbs,
  roleSchema,
  sensitivities,
  type FieldDefinition,
  type FigureDefinition,
  type Ledger,
  type Pack,
} from "#kernel/definitions.ts";
import { fieldOf, parseDerive } from "#kernel/fields.ts";
import { operandsOf } from "#kernel/pack-check.ts";
import { isSame } from "./pack-changes.ts";

const may = (role: Role, ledger: Ledger, verb: LedgerVerb): boolean => mayUse({ role }, ledger, verb) === true;
/** A role as a pack defines it; one that a pack does not name is like any that says nothing special. */
const roleIn = (roles: Pack["roles"], key: string): Pack["roles"][number] =>
  roles.find((one) => one.key === key) ?? roleSchema.parse({ key, name: key });

/** Names of roles that could manage more, see more sensitive fields or be more people's than now. */
export const empowered = ({ roles: known }: Pick<Pack, "roles">, after: Pick<Pack, "roles">): string[] =>
  after.roles
    .filter((now) => {
      const old = roleIn(known, now.key);
      return (
        now.may.some((power) => !old.may.includes(power)) ||
        sensitivities.indexOf(now.sees) > sensitivities.indexOf(old.sees) ||
        (now.everyone && !old.everyone)
      );
    })
    .map(({ name }) => name);

/**
 * Names of ledgers of which somebody could see or do more than any of `known` lets them: their present definitions, and
 * former ones of a ledger that is not kept now but may still have records. A ledger that is new holds nothing yet. What
 * is counted of a ledger is told to everyone, so of one that is kept from the office nothing else may be counted.
 */
export function widened(
  { ledgers: known, figures, roles: former }: Pick<Pack, "ledgers" | "figures" | "roles">,
  after: Pick<Pack, "ledgers" | "roles" | "figures">,
): string[] {
  const before = new Map(figures.map((one) => [one.key, countingOf(one)]));
  const counted = new Set(
    after.figures.filter((one) => !isSame(before.get(one.key) ?? null, countingOf(one))).flatMap(ledgersOf),
  );
  const next = new Map(after.ledgers.map((ledger) => [ledger.key, ledger]));
  const listed = [...known, ...after.ledgers].flatMap(({ rights }) => Object.keys(rights ?? {}));
  const roles = [...new Set([...after.roles.map(({ key }) => key), ...listed])].map((key) => ({
    was: roleIn(former, key),
    is: roleIn(after.roles, key),
  }));
  const office = roleIn(former, "office");
  const wider = (old: Ledger): boolean => {
    const now = next.get(old.key);
    return (
      (counted.has(old.key) && !may(office, old, "read")) ||
      (now !== undefined &&
        (opened(old, now) ||
          roles.some(({ was, is }) => ledgerVerbs.some((verb) => may(is, now, verb) && !may(was, old, verb))))) ||
      roles.some((role) => !may(role.was, old, "read") && shows(role, old.key))
    );
  };
  /** Whether the role would see a column of a ledger through others that did not show it so far. */
  const shows = ({ was, is }: { was: Role; is: Role }, key: string): boolean => {
    const shown = new Set(columnsShown(was, known, key));
    return columnsShown(is, after.ledgers, key).some((name) => !shown.has(name));
  };
  return [...new Set(known.filter(wider).map(({ name }) => name))];
}

/** How a figure counts, without what it is called. */
const countingOf = ({ name: _name, description: _about, text: _text, unit: _unit, ...counting }: FigureDefinition) => counting;

const ledgersOf = (figure: FigureDefinition): string[] =>
  [figure, ...operandsOf(figure)].flatMap((one) => (typeof one === "string" ? [] : (one.ledger ?? [])));

/** What is for named people only is kept even from whom it is about. */
const opened = (old: Ledger, now: Ledger): boolean =>
  (old.sensitivity === "restricted" && now.sensitivity !== "restricted") ||
  old.fields.some(({ name, sensitivity }) => {
    const field = fieldOf(now, name);
    return sensitivity === "restricted" && field !== undefined && field.sensitivity !== "restricted";
  });

/** Columns of the ledger `of` that a role sees in other ledgers, by references however far. */
function columnsShown(role: Role, ledgers: readonly Ledger[], of: string): string[] {
  const find = (key: string): Ledger | undefined => ledgers.find((one) => one.key === key);
  const follow = (from: Ledger, field: FieldDefinition, depth = 0): string[] => {
    const found = field.derive === undefined ? "" : parseDerive(field.derive, from.fields, find);
    if (typeof found === "string" || found.kind !== "attribute" || depth > ledgers.length) return [];
    const target = find(fieldOf(from, found.field)?.ledger ?? "");
    const further = target && fieldOf(target, found.attribute);
    return further ? [...(target.key === of ? [further.name] : []), ...follow(target, further, depth + 1)] : [];
  };
  return ledgers
    .filter((ledger) => ledger.key !== of && may(role, ledger, "read"))
    .flatMap((ledger) => ledger.fields.flatMap((field) => follow(ledger, field)));
}
