/**
 * A campaign as a role sees it: fields more sensitive than the role may see are marked in the definitions of its ledgers,
 * and so are those derived from what it may not read. Requests are answered with this copy, so whatever shows, finds,
 * sorts, exports or quotes by a ledger's fields knows what to leave out; what is counted and stored is the same for all.
 */
import { mayUse, seesField, type Asker, type Role } from "./access.ts";
import type { Campaign } from "./campaign.ts";
import type { FieldDefinition, Ledger } from "./definitions.ts";
import { fieldOf, parseDerive } from "./fields.ts";
import { Problem } from "./problem.ts";

// One copy for each pack, role and kind of reach, whatever the number of requests.
const known = new WeakMap<Campaign["pack"], Map<string, Campaign["pack"]>>();

/** Who is for a unit alone is told what was recorded there, not what it comes to with the units below. */
export function campaignFor(campaign: Campaign, { role, own }: Pick<Asker, "role" | "own">): Campaign {
  let copies = known.get(campaign.pack);
  if (!copies) known.set(campaign.pack, (copies = new Map()));
  const name = `${role.key} ${String(own)}`;
  let pack = copies.get(name);
  if (!pack) {
    const ledgers = campaign.pack.ledgers.map((one) => marked(campaign, role, one));
    const figures = own ? campaign.pack.figures.map((one) => ({ ...one, rollUp: "own" as const })) : campaign.pack.figures;
    copies.set(name, (pack = { ...campaign.pack, ledgers, figures }));
  }
  return {
    ...campaign,
    pack,
    ledgers: new Map(pack.ledgers.map((ledger) => [ledger.key, ledger])),
    figures: new Map(pack.figures.map((figure) => [figure.key, figure])),
  };
}

function marked(campaign: Campaign, role: Role, ledger: Ledger): Ledger {
  const fields = ledger.fields.map((field) =>
    isWithheld(campaign, role, ledger, field) ? { ...field, withheld: true as const } : field,
  );
  return fields.some(({ withheld }) => withheld) ? { ...ledger, fields } : ledger;
}

/** Whether a role may not see a field of a ledger, be it because of where its value comes from. */
export function isWithheld(campaign: Campaign, role: Role, ledger: Ledger, field: FieldDefinition, depth = 0): boolean {
  if (!seesField({ role }, ledger, field)) return true;
  const derivation =
    field.derive === undefined ? undefined : parseDerive(field.derive, ledger.fields, (key) => campaign.ledgers.get(key));
  if (derivation === undefined || typeof derivation === "string" || depth > campaign.ledgers.size) return false;
  const sources =
    "field" in derivation ? [derivation.field] : "date" in derivation ? [derivation.date] : [derivation.from, derivation.to];
  const hidden = (of: Ledger, name: string): boolean => {
    const source = fieldOf(of, name);
    return source !== undefined && isWithheld(campaign, role, of, source, depth + 1);
  };
  if (sources.some((name) => hidden(ledger, name))) return true;
  if (derivation.kind !== "attribute") return false;
  const target = campaign.ledgers.get(fieldOf(ledger, derivation.field)?.ledger ?? "");
  return target !== undefined && (mayUse({ role }, target, "read") !== true || hidden(target, derivation.attribute));
}

/** Values without those of fields that are withheld; a column that the ledger no longer has is as secret as its most secret one. */
export function withoutWithheld<V extends Record<string, unknown>>(ledger: Pick<Ledger, "fields">, values: V): V {
  if (!ledger.fields.some(({ withheld }) => withheld)) return values;
  const seen = new Set(ledger.fields.filter(({ withheld }) => !withheld).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => seen.has(name))) as V;
}

/** What somebody is told who asks by a field that they do not see. */
export const withheldColumn = ({ name }: FieldDefinition, status = 400): Problem =>
  new Problem(
    "withheld_column",
    status,
    `您的岗位看不到“${name}”这一栏，不能按它筛选、排序或列出。需要查看的，请联系上级办公室授权。`,
    { column: name },
  );
