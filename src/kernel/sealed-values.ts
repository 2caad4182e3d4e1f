/**
 * Encrypted fields of entries. In memory as in the database the value of such a field is its token, so that events,
 * comparisons, undoing and verifying go on without reading it. It is made in `sealValues`, where values come in, and opened
 * in `shownValues`, where they leave, masked; whatever else forgets of it shows a token and no content.
 */
import { hashesOf, open, seal, type Place } from "#platform/cipher.ts";
import { KeyError, type KeyRing } from "#platform/key-ring.ts";
import { isToken, traceOf } from "#platform/token.ts";
import type { FieldDefinition, Ledger } from "./definitions.ts";
import { looksMasked, maskText } from "./masks.ts";
import { Problem } from "./problem.ts";
import type { Value } from "./values/cell.ts";
import { withoutWithheld } from "./withheld.ts";

type Values = Record<string, Value>;

const known = new WeakMap<readonly FieldDefinition[], FieldDefinition[]>();

export function encryptedFields({ fields }: Pick<Ledger, "fields">): FieldDefinition[] {
  let found = known.get(fields);
  if (!found) known.set(fields, (found = fields.filter((field) => field.encrypted)));
  return found;
}

export const placeOf = (realm: number, ledger: string, field: string): Place => ["entry", realm, ledger, field];

/**
 * Values as they are stored. Values of encrypted fields must be plain text or, of an entry that is there, tokens that it
 * holds (`old`). A masked form stands for the value that is there; `masked` names the fields where there is no such value.
 */
export function sealValues(
  tx: { readonly ring: KeyRing },
  realm: number,
  ledger: Ledger,
  values: Values,
  old: Values = {},
): { values: Values; masked: string[] } {
  const masked: string[] = [];
  let sealed = values;
  for (const { name, mask } of encryptedFields(ledger)) {
    const value = values[name];
    if (typeof value !== "string" || value === "" || isToken(value)) continue;
    const place = placeOf(realm, ledger.key, name);
    if (sealed === values) sealed = { ...values };
    const before = old[name];
    if (mask && looksMasked(mask, value)) {
      if (typeof before === "string" && shownText(tx.ring, realm, ledger, name, before) === value) sealed[name] = before;
      else masked.push(name);
      continue;
    }
    const token = seal(tx.ring, place, value);
    // Of what is the same the token stays, whatever version of the key it is of.
    sealed[name] = isToken(before) && traceOf(before) === traceOf(token) ? before : token;
  }
  return { values: sealed, masked };
}

export const unreadable = "（无法解密）";

/** A text of an entry as whoever may see the field sees it: masked if the field says so. */
function shownText(ring: KeyRing, realm: number, ledger: Pick<Ledger, "key" | "fields">, name: string, value: string): string {
  const mask = ledger.fields.find((field) => field.name === name)?.mask;
  try {
    const text = isToken(value) ? open(ring, placeOf(realm, ledger.key, name), value) : value;
    return mask ? maskText(mask, text) : text;
  } catch (error) {
    if (error instanceof KeyError) return unreadable;
    throw error;
  }
}

/** Values on their way out: what is withheld is left out, what is encrypted is opened and masked. What does not open is said to be so; the rest stays readable. */
export function shownValues<V extends Record<string, unknown>>(
  tx: { readonly ring: KeyRing },
  realm: number,
  ledger: Pick<Ledger, "key" | "fields">,
  given: V,
): V {
  const values = withoutWithheld(ledger, given);
  let shown = values;
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "string") continue;
    // Versions of a field that was not encrypted yet are masked too.
    if (!isToken(value) && !encryptedFields(ledger).some((field) => field.name === name)) continue;
    if (shown === values) shown = { ...values };
    shown[name as keyof V] = shownText(tx.ring, realm, ledger, name, value) as V[keyof V];
  }
  return shown;
}

/** The whole value of one field. Throws a `Problem` that says why it cannot be read. */
export function revealed(
  tx: { readonly ring: KeyRing },
  realm: number,
  ledger: Pick<Ledger, "key">,
  name: string,
  value: Value,
): Value {
  if (!isToken(value)) return value;
  try {
    return open(tx.ring, placeOf(realm, ledger.key, name), value);
  } catch (error) {
    throw error instanceof KeyError ? new Problem("unreadable", 500, `“${name}”读不出来：${error.message}`) : error;
  }
}

/** Whether two versions of an entry say the same, whatever they are encrypted with; what does not open is the same as nothing. */
export function isSameContent(
  tx: { readonly ring: KeyRing },
  realm: number,
  ledger: Pick<Ledger, "key">,
  one: Values,
  other: Values,
): boolean {
  const plain = (values: Values, name: string): string => {
    const value = values[name] ?? null;
    return JSON.stringify(isToken(value) ? open(tx.ring, placeOf(realm, ledger.key, name), value) : value);
  };
  try {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => plain(one, name) === plain(other, name));
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
}

/** Keyed hashes under which an encrypted field may hold one of these texts in any of the realms. */
export const hashesFor = (
  { ring }: { readonly ring: KeyRing },
  realms: readonly number[],
  ledger: Ledger,
  field: FieldDefinition,
  texts: readonly string[],
): string[] =>
  texts.flatMap((text) => realms.flatMap((realm) => hashesOf(ring, placeOf(realm, ledger.key, field.name), text.trim())));

/** Values with what stays the same of encrypted ones under every version of the key: for digests and comparisons. */
export const tracedValues = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, traceOf(value)]));
