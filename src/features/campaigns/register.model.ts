/** Entries of a register are the organisation's own units or people: recording one makes or changes what it is about. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import type { Tx } from "#platform/db.ts";
import type { Fault } from "#features/ledgers/check-shape.model.ts";
import type { Values } from "#features/ledgers/ledgers.types.ts";
import { refuse } from "#features/ledgers/read-values.model.ts";
import type { LiveLookups } from "#features/ledgers/lookups.model.ts";
import { registerPeople } from "#features/people/people.model.ts";
import { holdRegister, registerUnits } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import { recountUnits } from "./totals.model.ts";

export interface RegisterRow {
  values: Values;
}

/**
 * Why a row may not be registered, if it may not. To register is to act at once, before the row is an entry, so this is
 * asked first: the list of units belongs to those who see all of it, and nobody takes a person from a unit they may not write to.
 */
export function registerFault(
  ledger: Ledger,
  row: RegisterRow,
  lookups: LiveLookups,
  sender: number,
  who: { whole: boolean; mayWrite: (unit: number) => boolean },
): Fault | undefined {
  const { registers } = ledger;
  if (registers?.what === "units")
    return who.whole
      ? undefined
      : { field: registers.name, code: "unknown_unit", reason: "单位名册由活动主办单位登记", suggestion: "请报上级办公室登记" };
  if (registers?.what !== "people" || who.whole) return undefined;
  const unit = row.values[registers.unit];
  const code = registers.code === undefined ? undefined : row.values[registers.code];
  const known = typeof code === "string" ? lookups.person({ code }) : undefined;
  const home = known === undefined || known === "ambiguous" ? undefined : lookups.personById(known.id)?.unit;
  if (!who.mayWrite(typeof unit === "number" ? unit : sender))
    return {
      field: registers.unit,
      code: "unknown_unit",
      reason: "所填单位不在您可以填报的范围内",
      suggestion: "请由该单位或其上级填报",
    };
  if (typeof home === "number" && !who.mayWrite(home))
    return {
      field: registers.code,
      code: "conflict",
      reason: `人员编号${String(code)}已登记在其他单位`,
      suggestion: "确系调入的，请由两个单位共同的上级办理调动",
    };
  return undefined;
}

/** Makes the units or people that rows are about; returns the unit that owns each row. Runs as the owner. */
export async function registerRows(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  rows: readonly RegisterRow[],
  lookups: LiveLookups,
  sender: number,
): Promise<number[]> {
  const { registers } = ledger;
  const text = (row: RegisterRow, name: string | undefined): string | null => {
    const value = name === undefined ? undefined : row.values[name];
    if (value === undefined || value === null) return null;
    return typeof value === "number" ? (lookups.unitById(value)?.name ?? String(value)) : String(value);
  };
  const day = (row: RegisterRow, name: string | undefined): string | null =>
    /\d{4}-\d{2}-\d{2}/.exec(text(row, name) ?? "")?.[0] ?? null;
  holdRegister(tx, campaign.realm);
  if (registers?.what === "units") {
    const units = rows.map((row) => ({
      code: text(row, registers.code),
      name: text(row, registers.name) ?? "",
      kind: text(row, registers.kind),
      level: text(row, registers.level),
      parent: text(row, registers.parent),
      aliases: (text(row, registers.aliases) ?? "")
        .split(/[、，,；;]/)
        .map((word) => word.trim())
        .filter(Boolean),
      from: day(row, registers.from),
      to: day(row, registers.to),
    }));
    const owners = await registerUnits(tx, campaign.realm, units, campaign.root);
    const changed = await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp);
    if (changed.length > 0) await recountUnits(tx, campaign, changed);
    await lookups.refresh(tx);
    // What a row says of units is read again, now that all are known.
    for (const row of rows)
      for (const field of ledger.fields) {
        const value = row.values[field.name];
        if (field.type === "organ" && typeof value === "string") row.values[field.name] = lookups.unit(value)?.id ?? value;
      }
    return owners;
  }
  if (registers?.what !== "people") throw new Error(`${ledger.key} registers nothing`);
  const people = rows.map((row) => {
    const unit = row.values[registers.unit];
    return {
      code: text(row, registers.code),
      name: text(row, registers.name) ?? "",
      unit: typeof unit === "number" ? unit : sender,
      department: text(row, registers.department),
      position: text(row, registers.position),
      to: day(row, registers.to),
    };
  });
  await registerPeople(tx, campaign.realm, people);
  await lookups.refresh(tx);
  return people.map((person) => person.unit);
}

/** Registers one entry, or throws why not. Returns the unit that owns it. */
export async function registerEntry(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  values: Values,
  lookups: LiveLookups,
  sender: number,
  who: { whole: boolean; mayWrite: (unit: number) => boolean },
): Promise<number> {
  // Asked as the owner, who sees where a person is registered elsewhere.
  await lookups.refresh(tx);
  const fault = registerFault(ledger, { values }, lookups, sender, who);
  if (fault) refuse([fault]);
  return (await registerRows(tx, campaign, ledger, [{ values }], lookups, sender))[0] ?? sender;
}
