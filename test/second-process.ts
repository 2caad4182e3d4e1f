/**
 * The core flow in a process of its own: reads one command a line, as JSON, on its standard input and answers each with a
 * line. Two of these on one database are what two servers, or a server and a command, are.
 */
import { createInterface } from "node:readline";
import { operator } from "#features/access/asker.model.ts";
import { getCampaign } from "#features/campaigns/campaigns.model.ts";
import { storePack } from "#features/campaigns/load.model.ts";
import { recountUnits, verifyCampaignCells } from "#features/campaigns/totals.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { foldBatch } from "#features/figures/cells.model.ts";
import { listRecords } from "#features/figures/records.model.ts";
import { changeEntry, getEntry, ledgerOf, recordEntry } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Values } from "#features/ledgers/ledgers.types.ts";
import { verifyEntries } from "#features/ledgers/verify.model.ts";
import { moveUnit } from "#features/units/units.model.ts";
import { rebuildPaths } from "#features/units/paths.model.ts";
import type { Campaign } from "#kernel/campaign.ts";
import type { Pack } from "#kernel/definitions.ts";
import { Problem } from "#kernel/problem.ts";
import { asOwner, openDatabase, withScope, type Tx } from "#platform/db.ts";

export type Command =
  | { do: "record"; id: string; values: Values }
  | { do: "change"; id: string; base: number; values: Values }
  | { do: "figures"; units: number[]; from: string; to: string }
  | { do: "fold" }
  | { do: "load"; pack: Pack }
  | { do: "move"; unit: number; parent: number; day: string }
  | { do: "verify" };

const [url, key] = process.argv.slice(2) as [string, string];
const database = openDatabase({ connectionString: url });

/** A request as a server takes it: the campaign is read in its own transaction. */
const request = async <T>(run: (tx: Tx, campaign: Campaign, doer: Doer) => Promise<T>): Promise<T> => {
  const first = await asOwner(database, "campaign", (tx) => getCampaign(tx, key));
  return withScope(database, operator(first).scope, async (tx) => {
    const campaign = await getCampaign(tx, key);
    return run(tx, campaign, { account: null, unit: campaign.root, role: "operator", now: new Date() });
  });
};

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case "record":
      return request((tx, campaign, doer) =>
        recordEntry(tx, campaign, campaign.realm, ledgerOf(campaign, "book"), doer, command.id, command.values),
      );
    case "change":
      return request(async (tx, campaign, doer) => {
        const entry = await getEntry(tx, campaign, command.id, true);
        return changeEntry(tx, campaign, entry, command.base, doer, { action: "change", values: command.values });
      });
    case "figures":
      return request(async (tx, campaign) => {
        const { units, from, to } = command;
        const answers = await answerFigures(tx, campaign, [...campaign.figures.keys()], units, { from, to });
        const found: Record<string, unknown> = {};
        for (const [unit, figures] of answers) {
          const times = await listRecords(tx, campaign, "times", { unit, from, to });
          found[unit] = { ...Object.fromEntries(figures.map((one) => [one.key, one.value])), listed: times.length };
        }
        return found;
      });
    case "fold":
      return asOwner(database, "fold", async (tx) => foldBatch(tx, (await getCampaign(tx, key)).realm, 7));
    case "load":
      return asOwner(database, "load", async (tx) => (await storePack(tx, command.pack, new Date())).packId);
    case "move":
      return asOwner(database, "move", async (tx) => {
        const campaign = await getCampaign(tx, key);
        await moveUnit(tx, campaign.realm, command.unit, command.parent, command.day);
        await recountUnits(tx, campaign, await rebuildPaths(tx, campaign.realm, campaign.id, campaign.pack.rollUp));
        return null;
      });
    case "verify":
      return asOwner(database, "verify", async (tx) => {
        const campaign = await getCampaign(tx, key);
        return [
          ...(await verifyCampaignCells(tx, campaign, campaign.realm)),
          ...(await verifyEntries(tx, campaign, campaign.realm)),
        ];
      });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { number, command } = JSON.parse(line) as { number: number; command: Command };
  // Commands run side by side, as requests do.
  void obey(command).then(
    (result) => process.stdout.write(`${JSON.stringify({ number, result: result ?? null })}\n`),
    (error: unknown) => {
      const problem = error instanceof Problem ? error.code : String((error as Error).stack);
      process.stdout.write(`${JSON.stringify({ number, problem })}\n`);
    },
  );
}
await database.close();
