/** Values sent as JSON, checked by the same parser and rules as the cells of a workbook. */
import type { Campaign } from "#kernel/campaign.ts";
import type { FieldDefinition, Ledger } from "#kernel/definitions.ts";
import { fieldOf } from "#kernel/fields.ts";
import { Problem } from "#kernel/problem.ts";
import { sealValues } from "#kernel/sealed-values.ts";
import type { Value } from "#kernel/values/cell.ts";
import { parseCell, type CellContext, type CellReading } from "#kernel/values/parse-cell.ts";
import type { Tx } from "#platform/db.ts";
import type { Fault } from "./check-shape.model.ts";
import type { Values } from "./ledgers.types.ts";
import { lookupsFor, type LiveLookups } from "./lookups.model.ts";

const references = new Set(["unit", "organ", "person", "people"]);

/**
 * Field → value as stored. A unit or person may come as id, number or name. Throws a `Problem` naming every field that
 * is wrong. `whole`: required fields must be there; otherwise they only may not be emptied. `old` is what is there
 * already. Encrypted fields come out as tokens.
 */
export async function readValues(
  tx: Tx,
  campaign: Campaign,
  ledger: Ledger,
  sent: Record<string, unknown>,
  { whole, unit, old }: { whole: boolean; unit: number | undefined; old?: Values },
): Promise<{ values: Values; lookups: LiveLookups }> {
  const about = Object.entries(sent)
    .filter(([name]) => references.has(fieldOf(ledger, name)?.type ?? ""))
    .flatMap(([, value]) => value);
  const lookups = await lookupsFor(
    tx,
    campaign,
    about.filter((one) => typeof one === "string"),
    about.filter((one) => typeof one === "number"),
  );
  const context: CellContext = {
    lookups,
    year: Number((campaign.reportDate ?? campaign.from).slice(0, 4)) || undefined,
    unit,
    unitLedger: campaign.pack.ledgers.find((one) => one.registers?.what === "units")?.name ?? "单位名册",
  };
  const values: Values = {};
  const faults: Fault[] = [];
  // The unit comes first: people without a number are looked up within it.
  const names = Object.keys(sent).toSorted((left, right) => Number(right === ledger.unit) - Number(left === ledger.unit));
  for (const name of names) {
    const reading = readOne(ledger, name, sent[name], context, lookups);
    if ("bad" in reading) faults.push({ field: name, ...reading.bad });
    else {
      values[name] = reading.value;
      if (name === ledger.unit && typeof reading.value === "number") context.unit = reading.value;
    }
  }
  for (const field of ledger.fields)
    if (
      field.required &&
      field.derive === undefined &&
      field.type !== "serial" &&
      !faults.some((one) => one.field === field.name)
    )
      if (whole ? isBlank(values[field.name]) : field.name in values && isBlank(values[field.name]))
        if (!(ledger.lifecycle && field.name === ledger.stateField))
          faults.push({ field: field.name, code: "missing", reason: `${field.name}没有填`, suggestion: "此栏必填" });
  const sealed = sealValues(tx, campaign.realm, ledger, values, old);
  refuse([...faults, ...sealed.masked.map(maskedFault)]);
  return { values: sealed.values, lookups };
}

/** Of a masked form that stands for nothing that is there. */
export const maskedFault = (field: string): Fault => ({
  field,
  code: "masked",
  reason: `${field}是遮盖后的样子，不是完整的内容`,
  suggestion: "请填写完整内容；不改的请不要动这一栏",
});

/** Throws what is wrong with the values of an entry, field by field. */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const lines = faults.map(({ reason, suggestion }) => (suggestion ? `${reason}（${suggestion}）` : reason));
  throw new Problem("invalid_values", 422, `有${faults.length}处不合要求：${lines.join("；")}。请改正后重新保存。`, { faults });
}

const isBlank = (value: Value | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

const bad = (reason: string, suggestion: string | null = null): CellReading => ({
  bad: { code: "bad_value", reason, suggestion },
});

function readOne(ledger: Ledger, name: string, sent: unknown, context: CellContext, lookups: LiveLookups): CellReading {
  const field = fieldOf(ledger, name);
  if (!field) return bad(`《${ledger.name}》没有“${name}”这一栏`, `可填：${ledger.fields.map((one) => one.name).join("、")}`);
  if (ledger.lifecycle && name === ledger.stateField) return bad(`${name}不能直接填写`, "请用流转的操作来改变");
  if (field.type === "serial" || field.derive !== undefined) return bad(`${name}由系统自动带出，不能填写`);
  if (Array.isArray(sent)) return readList(field, sent, context, lookups);
  return readSingle(field, sent, context, lookups);
}

function readSingle(field: FieldDefinition, sent: unknown, context: CellContext, lookups: LiveLookups): CellReading {
  if (sent === null || sent === undefined) return { value: null };
  if (typeof sent === "number" && references.has(field.type)) {
    const known = field.type === "unit" || field.type === "organ" ? lookups.unitById(sent) : lookups.personById(sent);
    if (known) return { value: field.type === "people" ? [sent] : sent };
    return bad(`${field.name}中的编号${sent}不是已登记的${field.type === "unit" || field.type === "organ" ? "单位" : "人员"}`);
  }
  if (typeof sent !== "string" && typeof sent !== "number" && typeof sent !== "boolean")
    return bad(`${field.name}应是文字、数字或是否`);
  if (typeof sent === "string" && sent.includes("\u0000")) return bad(`${field.name}含有不能保存的字符`);
  return parseCell(sent, field, context);
}

function readList(field: FieldDefinition, sent: readonly unknown[], context: CellContext, lookups: LiveLookups): CellReading {
  if (field.type !== "choices" && field.type !== "people") return bad(`${field.name}只能填一个值`);
  const one: FieldDefinition = { ...field, type: field.type === "choices" ? "choice" : "person" };
  const value: (string | number)[] = [];
  for (const item of sent) {
    const reading = readSingle(one, item, context, lookups);
    if ("bad" in reading) return reading;
    if (typeof reading.value === "string" || typeof reading.value === "number") value.push(reading.value);
  }
  return { value: [...new Set(value)] };
}
