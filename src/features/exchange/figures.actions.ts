/** The table of figures as a workbook. */
import { join } from "node:path";
import { z } from "zod";
import { mayCount } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { chinaDay } from "#kernel/fields.ts";
import { keysInput, keysOf, listBelow, periodOf, question } from "#features/figures/question.model.ts";
import { answerFigures } from "#features/figures/answers.model.ts";
import { getUnit } from "#features/units/units.model.ts";
import { figuresWorkbook } from "./export-figures.ts";
import { takenBy } from "./taken-by.ts";
import { writeWorkbook } from "./write-workbook.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const table = campaignAction({
  name: "exchange.figures",
  method: "GET",
  path: "/api/campaigns/:campaign/figures/export",
  summary: "导出单位和指标的表",
  description: "一行一个单位，本单位的合计在前，下级单位按机构顺序；另一张表写明各指标的口径。",
  input: z.object({ ...question, keys: keysInput }),
  output: { file: [xlsx] },
  sensitive: true,
  seconds: 120,
  subject: ({ tx, asker }, { unit }) => getUnit(tx, asker, unit ?? asker.unit),
  allow: mayCount,
  async run({ tx, now, campaign, asker, account, folder, counting, note }, unit, input) {
    const period = periodOf(campaign, now, input);
    const keys = keysOf(campaign, input.keys);
    const units = [unit, ...(await listBelow(tx, asker, campaign.id, unit.id, period.to))];
    const ids = units.map((one) => one.id);
    const answers = await counting(() => answerFigures(tx, campaign, keys, ids, period, asker));
    const path = join(await folder(), "figures.xlsx");
    const rows = units.map(({ id, name }) => ({ name, figures: answers.get(id) ?? [] }));
    await writeWorkbook(path, figuresWorkbook(campaign, rows, period, now, takenBy(account, now)));
    note({ rows: rows.length });
    return { path, name: `数字_${unit.name}_${chinaDay(now)}.xlsx`, type: xlsx };
  },
  about: ({ unit }, found) => ({ id: "figures", unit, realm: found?.realm }),
});
