/** What the actions of ledgers share: loading what they are about, and how an entry is answered. */
import { z } from "zod";
import { mayUse, sees, type Asker } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { notFound } from "#kernel/problem.ts";
import { shownValues } from "#kernel/sealed-values.ts";
import { findFault, leavers } from "./check-shape.model.ts";
import { getEntry } from "./ledgers.model.ts";
import type { Doer, Entry } from "./ledgers.types.ts";
import { noteOf } from "./note.model.ts";
import { refuse } from "./read-values.model.ts";
import type { Shape } from "./shape.model.ts";
import { computedOf, namesIn } from "./show.model.ts";

export const valueIn = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])), z.null()]);
export const valuesIn = z.record(z.string().max(100), valueIn).meta({
  description: "栏目 → 值。单位、人员可写编号（id）、登记的编号或名称；空值写 null。",
});
export const entryOut = z.object({
  id: z.string(),
  ledger: z.string(),
  unit: z.int().meta({ description: "记录所属的单位" }),
  day: z.string().nullable(),
  state: z.string().nullable(),
  version: z.int(),
  deleted: z.boolean(),
  values: z.record(z.string(), valueIn),
  computed: z.record(z.string(), z.string().nullable()).meta({ description: "由系统带出的栏目" }),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export const namesOut = z
  .object({ units: z.record(z.string(), z.string()), people: z.record(z.string(), z.string()) })
  .meta({ description: "values 中单位和人员编号的名称" });

export interface EntrySubject {
  entry: Entry;
  ledger: Ledger;
}

/** An entry that the asker may read, held against other writers if `lock`. */
export async function readableEntry(call: CampaignCall, id: string, lock = false): Promise<EntrySubject> {
  const entry = await getEntry(call.tx, call.campaign, id, lock);
  const ledger = call.campaign.ledgers.get(entry.ledger);
  if (!ledger || mayUse(call.asker, ledger, "read") !== true) throw notFound("这条记录");
  call.note(noteOf(ledger, entry.data));
  return { entry, ledger };
}

export const aboutEntry = (input: { entry: string }, subject: EntrySubject | undefined) => ({
  id: input.entry,
  unit: subject?.entry.unit,
  realm: subject?.entry.realm,
});

export const doerOf = ({ asker, now }: CampaignCall, unit = asker.unit): Doer => ({
  account: asker.account?.id ?? null,
  unit,
  role: asker.role.key,
  now,
});

/** Whether a record may be of a unit: one that the asker sees, or that of a record which is theirs to handle. */
const writesIn = (asker: Asker, unit: number): boolean =>
  sees(asker, unit) || (asker.scope.entries !== undefined && asker.scope.units !== "whole" && asker.scope.units.includes(unit));

/** Checks an entry as a whole, in the asker's place. */
export const checkFor =
  (call: CampaignCall, ledger: Ledger, realm: number) =>
  async (shape: Shape): Promise<void> => {
    const people = ledger.fields
      .filter((field) => field.type === "person")
      .map((field) => shape.data[field.name])
      .filter((id) => typeof id === "number");
    const left =
      people.length === 0 || shape.day === null
        ? new Map<number, string>()
        : await call.asSystem("who has left", (tx) => leavers(tx, realm, people));
    const fault = findFault(call.campaign, ledger, shape, left, (unit) => writesIn(call.asker, unit));
    if (fault) refuse([fault]);
  };

/** Entries of one ledger as they are answered. */
export async function answerEntries(call: CampaignCall, ledger: Ledger, entries: readonly Entry[]) {
  const { tx, campaign } = call;
  const computed = await computedOf(
    tx,
    campaign,
    ledger,
    entries.map((entry) => entry.id),
  );
  return {
    entries: entries.map(({ data, ...entry }) => ({
      ...entry,
      values: shownValues(tx, entry.realm, ledger, data),
      computed: computed.get(entry.id) ?? {},
    })),
    names: await namesIn(tx, campaign, ledger, entries),
  };
}

/** One entry as it is answered. */
export async function answerEntry(call: CampaignCall, ledger: Ledger, entry: Entry) {
  const { entries, names } = await answerEntries(call, ledger, [entry]);
  const [one] = entries;
  if (!one) throw notFound("这条记录");
  return { entry: one, names };
}
