/** What is asked of the audit, as the rows that it means, and rows as they are answered. */
import { z } from "zod";
import { dutyRoles } from "#kernel/access.ts";
import type { Action, CampaignCall } from "#kernel/action.ts";
import { day, id } from "#kernel/input.ts";
import type { Tx } from "#platform/db.ts";
import { getUnit } from "#features/units/units.model.ts";
import { findActors, listActors, unitNamesOf, unitsBelow } from "./audit.model.ts";
import { auditOf } from "./audit.policy.ts";
import { deedOf, resultOf, sentenceOf, type Deed } from "./audit-sentence.ts";
import type { AuditEntry, AuditFilter, Place } from "./audit.types.ts";

export const auditInput = {
  who: z.string().trim().max(60).optional().meta({ description: "姓名或账号中的字" }),
  group: z.string().max(40).optional().meta({ description: "哪一类操作：接口名称点号前的部分" }),
  only: z.enum(["looks", "writes", "exports"]).optional().meta({ description: "只看查看、办理或导出" }),
  unit: id.optional().meta({ description: "涉及的单位，含各级下级" }),
  subject: z.string().trim().max(200).optional().meta({ description: "记录编号，或所涉对象的编号" }),
  from: day.optional(),
  to: day.optional(),
  refused: z.stringbool().or(z.boolean()).optional().meta({ description: "true：只看没有办成的；false：只看办成的" }),
};
type Asked = z.output<z.ZodObject<typeof auditInput>>;

/** What the audit's sentences and filters know of all actions. */
export type Deeds = () => ReadonlyMap<string, Deed & { looks: boolean }>;

export const deedsOf =
  (actions: () => readonly Action[]): Deeds =>
  () =>
    new Map(
      actions().map(({ name, method, summary, output, sensitive }) => {
        const file = "file" in output;
        return [name, { name, method, summary, file, looks: method === "GET" && sensitive === true && !file }] as const;
      }),
    );

function actionsAsked(deeds: Deeds, { group, only }: Asked): string[] | undefined {
  if (group === undefined && only === undefined) return undefined;
  return [...deeds().values()]
    .filter(({ name }) => group === undefined || name.startsWith(`${group}.`))
    .filter(({ method, file, looks }) =>
      only === undefined ? true : only === "looks" ? looks : only === "exports" ? file : method !== "GET" && !file,
    )
    .map(({ name }) => name);
}

/** The rows that someone asks for, of those that they may read. */
export async function filterFor(call: CampaignCall, deeds: Deeds, asked: Asked): Promise<AuditFilter> {
  const { asker, campaign, tx } = call;
  const whole = asker.scope.units === "whole";
  // Whoever failed to sign in belongs to no realm: realm 0 is for whoever sees the whole tree.
  const realms = whole ? [...campaign.realms, 0] : [...asker.scope.realms];
  const below =
    asked.unit === undefined || asked.unit === campaign.root
      ? undefined
      : await unitsBelow(tx, asker.scope.realms, campaign.id, (await getUnit(tx, asker, asked.unit)).id);
  const own = asker.scope.units === "whole" ? undefined : asker.scope.units;
  return {
    realms,
    units: below ?? own,
    actions: actionsAsked(deeds, asked),
    actors:
      asked.who === undefined || asked.who === ""
        ? undefined
        : await call.asSystem("找操作人", (owner) => findActors(owner, realms, asked.who ?? "")),
    subject: asked.subject === "" ? undefined : asked.subject,
    from: asked.from,
    to: asked.to,
    refused: asked.refused,
    byAuditors: auditOf(asker) === "auditors",
  };
}

export const auditOut = z.object({
  id: z.string().meta({ description: "记录编号，也是接着往下看的位置" }),
  at: z.string(),
  who: z.string().nullable(),
  login: z.string().nullable(),
  home: z.string().nullable().meta({ description: "操作人所在单位" }),
  role: z.string().nullable(),
  action: z.string(),
  deed: z.string().meta({ description: "做了什么" }),
  sentence: z.string(),
  unit: z.string().nullable().meta({ description: "所涉单位" }),
  subject: z.string().nullable(),
  ledger: z.string().nullable(),
  number: z.string().nullable(),
  ok: z.boolean(),
  result: z.string(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  reason: z.string().nullable().meta({ description: "操作人写明的理由" }),
});
export type AuditOut = z.input<typeof auditOut>;

/** Rows with the names that belong to them. Asked as the owner: accounts are nobody's rows. */
export async function answerAudit(call: CampaignCall, tx: Tx, deeds: Deeds, rows: readonly AuditEntry[]): Promise<AuditOut[]> {
  const known = deeds();
  const roles = new Map([...call.campaign.pack.roles, ...Object.values(dutyRoles)].map(({ key, name }) => [key, name]));
  const actors = await listActors(tx, [...new Set(rows.flatMap(({ actor }) => actor ?? []))]);
  const units = await unitNamesOf(
    tx,
    rows.map(({ realm }) => realm),
    rows.flatMap(({ unit }) => unit ?? []),
  );
  return rows.map((row) => {
    const actor = row.actor === null ? undefined : actors.get(row.actor);
    const { details } = row;
    const role = details.role === undefined ? undefined : (roles.get(details.role) ?? details.role);
    const about = {
      deed: known.get(row.action),
      who: actor?.name ?? (row.actor === null ? undefined : `账号${row.actor}`),
      home: actor?.unit ?? undefined,
      role,
      unit: row.unit === null ? undefined : units.get(row.unit),
    };
    return {
      id: placeText(row),
      at: row.at,
      who: about.who ?? null,
      login: actor?.login ?? null,
      home: about.home ?? null,
      role: role ?? null,
      action: row.action,
      deed: deedOf(row, about),
      sentence: sentenceOf(row, about),
      unit: about.unit ?? null,
      subject: row.subject,
      ledger: details.ledger ?? null,
      number: details.number ?? null,
      ok: row.result === "ok",
      result: resultOf(row.result),
      address: details.address ?? null,
      device: details.device ?? null,
      reason: details.reason ?? null,
    };
  });
}

const placeText = ({ at, realm, id: row }: Place): string => `${at}_${realm}_${row}`;
export const placeInput = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_\d{1,9}_\d{1,15}$/, "不是审计记录的编号")
  .meta({ description: "审计记录的编号" });

export function placeOf(text: string): Place {
  const [at = "", realm, row] = text.split("_");
  return { at, realm: Number(realm), id: Number(row) };
}
