/** A ledger's form with three rows filled in, for who keeps none yet. */
import { join } from "node:path";
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { notFound } from "#kernel/problem.ts";
import { getUnit, listChildren } from "#features/units/units.model.ts";
import { writeLedger } from "./export-ledger.ts";
import { sampleRows } from "./sample-rows.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const sample = campaignAction({
  name: "exchange.sample",
  method: "GET",
  path: "/api/campaigns/:campaign/ledgers/:ledger/sample",
  summary: "一本台账的样表：规定的表头，填好三行示例",
  input: z.object({ ledger: z.string() }),
  output: { file: [xlsx] },
  subject: ({ campaign, asker }, { ledger }) => {
    const found = campaign.ledgers.get(ledger);
    if (!found || mayUse(asker, found, "read") !== true) throw notFound("这本台账");
    return Promise.resolve(found);
  },
  allow: (asker, ledger) => mayUse(asker, ledger, "read"),
  async run(call, ledger) {
    const { tx, campaign, asker, now } = call;
    const own = await getUnit(tx, asker, asker.unit);
    const below = await listChildren(tx, asker.scope.realms, campaign.id, own.id, chinaDay(now));
    const units = (below.length > 0 ? below : [own]).slice(0, 3).map(({ name }) => name);
    const path = join(await call.folder(), "sample.xlsx");
    await writeLedger(path, {
      ledger,
      created: now,
      entries: sampleRows(ledger, { units, day: campaign.from }),
    });
    return { path, name: `${ledger.name}（样表）.xlsx`, type: xlsx };
  },
});
