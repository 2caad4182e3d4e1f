/** What an entry must meet besides its single values, wherever it comes from: a form, a program or a file. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import type { ComplaintCode } from "#kernel/values/cell.ts";
import { sql, type Tx } from "#platform/db.ts";
import type { Shape } from "./shape.model.ts";

export interface Fault {
  /** The field it is about; undefined for the whole entry. */
  field: string | undefined;
  code: ComplaintCode;
  reason: string;
  suggestion: string | null;
}

/** People whose last post has ended, with the day; `people` limits the question to some. Asked as the owner: a post elsewhere counts. */
export async function leavers(tx: Tx, realm: number, people?: readonly number[]): Promise<Map<number, string>> {
  const rows = await tx.query<{ person_id: number; day: string }>(
    sql`select person_id, max(to_day) as day from posts where realm_id = ${realm} and (${people === undefined} or person_id = any(${people ?? []}::bigint[]))
      group by person_id having max(to_day) < 'infinity'`,
  );
  return new Map(rows.map((row) => [row.person_id, row.day]));
}

/** The first thing wrong with the entry as a whole, if any. `mayWrite` says which units the sender may record for. */
export function findFault(
  campaign: Campaign,
  ledger: Ledger,
  shape: Shape,
  left: ReadonlyMap<number, string>,
  mayWrite: (unit: number) => boolean,
): Fault | undefined {
  if (!mayWrite(shape.unit))
    return {
      field: ledger.unit,
      code: "unknown_unit",
      reason: "所填单位不在您可以填报的范围内",
      suggestion: "请由该单位或其上级填报",
    };
  const { day } = shape;
  if (ledger.inCampaign && day !== null && (day < campaign.from || (campaign.to !== undefined && day > campaign.to)))
    return {
      field: ledger.date,
      code: "out_of_campaign",
      reason: `日期${day}不在活动期间（${campaign.from}至${campaign.to ?? "今"}）内`,
      suggestion: "请核对日期",
    };
  for (const field of ledger.fields) {
    if (field.type !== "person" || day === null) continue;
    const gone = left.get(shape.data[field.name] as number);
    if (gone !== undefined && gone <= day)
      return {
        field: field.name,
        code: "left_person",
        reason: `该同志已于${gone}退出，${day}的记录不能再登记`,
        suggestion: "请核对人员和日期",
      };
  }
  return undefined;
}
