/** A report of a municipality with 60 figures: values, numbers of records, digests, and the Word file. */
import type { Campaign } from "#kernel/campaign.ts";
import { officialDocx } from "#features/documents/official-docx.ts";
import { freezeReport, newIdentity } from "#features/documents/reports.model.ts";
import { openResolver } from "#features/documents/resolver.model.ts";
import { fillTemplate } from "#features/documents/template-fill.ts";
import { withScope, type Database } from "#platform/db.ts";
import { days } from "./nation-pack.ts";
import { openNation } from "./nation.ts";
import { median, openStage, time, type Result } from "./stage.ts";

export async function report(scale: number, say: (line: string) => void): Promise<Result[]> {
  const entries = Math.max(2000, Math.round(100_000 * Math.min(1, scale * 10)));
  const stage = await openStage(`municipality-${entries}`);
  try {
    const campaign = await openNation(stage.database, { realms: 1, units: 300, people: 6000, entries }, say);
    const times = await time(9, () => make(stage.database, campaign), 2);
    // What the same records cost when they are only read, in the order that a digest needs.
    const { pool } = stage.database;
    const read = await time(
      5,
      () =>
        pool.query(
          `select ledger, sha256(string_agg(entry_id::text || ':' || version, E'\\n' order by entry_id)::bytea) from entries where realm_id = any($1) and campaign_id = $2 group by ledger`,
          [campaign.realms, campaign.id],
        ),
      1,
    );
    return [
      {
        what: `report with 60 figures to .docx, ${entries} entries`,
        value: median(times),
        unit: "ms",
        baseline: { what: "one digest of every ledger", value: median(read) },
        target: { atMost: 300 },
      },
    ];
  } finally {
    await stage.close();
  }
}

const make = (database: Database, campaign: Campaign): Promise<void> =>
  withScope(
    database,
    { actor: null, realms: campaign.realms, units: "whole", ledgers: [...campaign.ledgers.keys()] },
    async (tx) => {
      const [identity, template] = [newIdentity(), campaign.pack.templates[0]];
      if (!template) throw new Error("no template");
      const order = { template: template.key, unit: campaign.root, from: days.from, to: days.to, actor: null, now: new Date() };
      const { resolver, behind } = await openResolver(tx, campaign, order);
      const filled = await fillTemplate(template, resolver);
      const { docx, marks } = await officialDocx(filled, identity);
      await freezeReport(tx, campaign, order, identity, filled.title, marks, behind);
      if (marks.length !== 60 || docx.length === 0) throw new Error(`${marks.length} figures`);
    },
    true,
  );
