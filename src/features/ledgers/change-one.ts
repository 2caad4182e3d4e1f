/** Changing one entry as someone asks for it: values read, the register kept, the write checked. */
import { mayUse, sees, type Verdict } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import { campaignIn, type Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import type { Tx } from "#platform/db.ts";
import { holdRegister } from "#features/units/units.model.ts";
import { checkFor, doerOf, type EntrySubject } from "./entries.ts";
import { changeEntry } from "./ledgers.model.ts";
import type { Entry, Values } from "./ledgers.types.ts";
import type { LiveLookups } from "./lookups.model.ts";
import { readValues } from "./read-values.model.ts";

/** Makes the unit or person that an entry of a register is about; returns the unit that owns the entry. */
export type Register = (
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  values: Values,
  lookups: LiveLookups,
  sender: number,
  who: { whole: boolean; mayWrite: (unit: number) => boolean },
) => Promise<number>;

/** Keeps units and people in step with an entry of a register; any other ledger's entry stays the sender's. */
export const registering =
  (register: Register) =>
  async (
    call: CampaignCall,
    campaign: Campaign,
    ledger: Ledger,
    values: Values,
    lookups: LiveLookups,
    unit: number,
  ): Promise<number> =>
    ledger.registers
      ? call.asSystem(`register in ${ledger.key}`, (tx) =>
          register(tx, campaign, ledger, values, lookups, unit, {
            whole: call.asker.scope.units === "whole",
            mayWrite: (other) => sees(call.asker, other),
          }),
        )
      : unit;

export const isDeleted = "这条记录已删除，不能修改。确需修改的，请先恢复。";

export const mayEdit = (asker: CampaignCall["asker"], { ledger, entry }: EntrySubject): Verdict =>
  entry.deleted ? isDeleted : mayUse(asker, ledger, "edit");

interface Asked {
  version: number;
  values: Record<string, unknown>;
  reason?: string | undefined;
}

export const changing =
  (register: Register) =>
  async (call: CampaignCall, { entry, ledger }: EntrySubject, input: Asked): Promise<Entry> => {
    const campaign = campaignIn(call.campaign, entry.realm);
    const { values, lookups } = await readValues(call.tx, campaign, ledger, input.values, {
      whole: false,
      unit: entry.unit,
      old: entry.data,
    });
    if (ledger.registers) holdRegister(call.tx, entry.realm);
    const done = await changeEntry(
      call.tx,
      campaign,
      entry,
      input.version,
      doerOf(call),
      { action: "change", values, reason: input.reason },
      checkFor(call, ledger, entry.realm),
    );
    if (done.version !== entry.version)
      await registering(register)(call, campaign, ledger, { ...done.data }, lookups, entry.unit);
    return done;
  };
