/**
 * What a pack may say, as one zod schema per file. The same schemas check a pack on disk, check what
 * is stored in the database, and are published as JSON Schema (`docs/schemas/`).
 *
 * Field names, value names and state names are the Chinese words of the ledger itself: a clerk reads
 * `where: {会议类型: 领导小组会议}` without a dictionary. Keys of packs, ledgers and templates are ASCII,
 * because they stand in addresses and file names.
 */
import { z } from "zod";
import { masks } from "./masks.ts";

const key = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "小写英文字母开头，只含小写字母、数字、下划线和连字符，最长63个字符");
const label = z.string().trim().min(1).max(200);
const day = z.iso.date("不是日期，或没有这一天，应写成 2023-03-15 的样子");

/** Where a figure or record is about a field: any heading that Excel may hold, without quotes or control characters. */
const fieldName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^"'\\{}\p{Cc}]+$/u, "栏目名不得含引号、反斜杠、花括号");

export const fieldTypes = [
  "text", // one line
  "longtext", // several lines
  "integer",
  "decimal", // exact; `decimals` places, `unit` is the word after it
  "date", // 2023-03-15
  "month", // 2023-03
  "time", // 09:30
  "period", // 2023-04-10/2023-07-07
  "boolean", // 是 / 否
  "choice", // one of `values`
  "choices", // several of `values`, separated by 、
  "unit", // a unit of the organisation; must be known
  "organ", // a unit if the name is known, else the name as written (a standing committee, a department)
  "person", // a person on the roster, by number; by name within the record's unit if there is no number
  "people", // several persons or names, separated by 、
  "entry", // a record of another ledger, by its number
  "serial", // 序号: never stored, counted again on every export
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** Need-to-know level of a field or ledger, from everyone to named people only. */
export const sensitivities = ["public", "internal", "personal", "restricted"] as const;

/** What may be done with entries of a ledger. */
export const ledgerVerbs = ["read", "record", "edit", "delete", "export"] as const;

export const fieldSchema = z.strictObject({
  name: fieldName,
  type: z.enum(fieldTypes).default("text"),
  required: z.boolean().default(false),
  /** Closed list of values; with `open: true` others are accepted too and offered as suggestions. */
  values: z.array(label).optional(),
  open: z.boolean().default(false),
  /** Other spellings of values that units send, mapped to the value stored: {研讨: 交流研讨}. */
  synonyms: z.record(label, z.union([label, z.literal("")])).optional(),
  /** Other headings under which units send this column. */
  aliases: z.array(label).default([]),
  /** First heading row when the official form has two: 出勤情况 above 应到人数. */
  under: label.optional(),
  /** Word behind a number: 人, 篇, %. */
  unit: z.string().max(10).optional(),
  decimals: z.int().min(0).max(6).optional(),
  /** Smallest value allowed; numbers are never negative unless a pack says so. */
  min: z.number().default(0),
  max: z.number().optional(),
  maxLength: z.int().min(1).max(100_000).optional(),
  /** For `entry`: the ledger pointed to. */
  ledger: key.optional(),
  /**
   * Computed, never stored: from a reference in the same record (`人员编号.姓名`), or a built-in:
   * `week` (第n周 of the campaign), `share` etc. are figures, not fields.
   */
  derive: z.string().max(120).optional(),
  /**
   * What of a roll call this field holds: how many people, or (`people`) who. Recording then offers the unit's roster to
   * tick and fills these fields from it; a number may still be typed.
   */
  attendance: z.enum(["due", "present", "excused"]).optional(),
  /** Value taken when the file has no such column: text, or `$month` (the month in the title or note row). */
  default: z.string().optional(),
  sensitivity: z.enum(sensitivities).optional(),
  /** Stored encrypted; `text` and `longtext` only. It is found by its whole value alone, and stands in no figure. */
  encrypted: z.boolean().optional(),
  /** Of an encrypted field: how it is shown until someone who may asks for the whole (显示). */
  mask: z.enum(masks).optional(),
  description: z.string().max(500).optional(),
  /** Not in the official form of this ledger (still stored, imported and shown). */
  hidden: z.boolean().default(false),
  width: z.number().min(2).max(100).optional(),
});
export type FieldDefinition = z.infer<typeof fieldSchema> & {
  /** Not a pack's word: whoever this copy of the definition is for does not see the field. See `campaignFor`. */
  withheld?: true | undefined;
};

export const guardSchema = z.strictObject({
  /** Fields that must be filled. */
  fields: z.array(fieldName).default([]),
  evidence: z.boolean().default(false),
  /** Someone else than who brought the entry into the state it is in. */
  notSamePerson: z.boolean().default(false),
  /** Only a unit above the entry's own. */
  superior: z.boolean().default(false),
  reason: z.boolean().default(false),
});

export const transitionSchema = z.strictObject({
  name: label,
  from: z.array(label).min(1),
  to: label,
  roles: z.array(key).default([]),
  guard: guardSchema.prefault({}),
  /** Days that the state may last before people are reminded, then urged, then the level above is told. */
  within: z.strictObject({ days: z.int().min(1), then: z.enum(["remind", "urge", "escalate"]).default("remind") }).optional(),
});
export type TransitionDefinition = z.infer<typeof transitionSchema>;

export const lifecycleSchema = z.strictObject({
  initial: label,
  states: z.array(label).min(1),
  transitions: z.array(transitionSchema).default([]),
});

/** A scalar means equal, a list means one of. */
const scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;
const comparable = z.union([z.string(), z.number(), z.strictObject({ field: fieldName })]);
export const conditionSchema = z.union([
  scalar,
  z.array(scalar).min(1),
  z.strictObject({
    /** Not equal, or none of. An empty cell is not equal to anything, so it passes. */
    not: z.union([scalar, z.array(scalar).min(1)]).optional(),
    /**
     * At least / at most, inclusive. `$from`, `$to`, `$asOf` stand for the question's own dates, `$month` and `$year`
     * for the month and year of `$to`; where a plain value may stand, so may these: `{计划年度: $year}`.
     */
    from: comparable.optional(),
    to: comparable.optional(),
    above: comparable.optional(),
    below: comparable.optional(),
    contains: z.string().min(1).optional(),
    empty: z.boolean().optional(),
    /** Of a `unit` or `organ` field: the unit's kind (单位类型) is this or one of these. */
    kind: z.union([label, z.array(label).min(1)]).optional(),
  }),
]);
export type Condition = z.infer<typeof conditionSchema>;
/** Field name → condition; all must hold. `any` is not a field but a list of alternatives. */
export const whereSchema = z.record(fieldName, conditionSchema);
export type Where = z.infer<typeof whereSchema>;

const base = {
  ledger: key.optional(),
  where: whereSchema.optional(),
  /** Alternatives: an entry counts if it meets `where` and at least one of these. */
  any: z.array(whereSchema).min(1).optional(),
  /** Which date field puts an entry in the period; `none` when the period does not matter. Default: the ledger's `date`. */
  date: z.union([fieldName, z.literal("none")]).optional(),
  /** Divide the result, then round half up to so many places. */
  divide: z.number().positive().optional(),
  round: z.int().min(0).max(6).optional(),
};

export const measureSchema = z.strictObject({
  ...base,
  /** Number of entries. */
  count: z.literal("entries").optional(),
  sum: fieldName.optional(),
  avg: fieldName.optional(),
  /** Distinct filled values of a field, or of several together. */
  distinct: z.union([fieldName, z.array(fieldName).min(1)]).optional(),
  min: fieldName.optional(),
  max: fieldName.optional(),
  /** The value in the entry with the latest date. */
  latest: fieldName.optional(),
  /** The one value; an error says so if entries differ. */
  value: fieldName.optional(),
  /** Items of a text list (、；，), over all entries. */
  items: fieldName.optional(),
  /**
   * Entries per combination of the values of these fields; a combination that has none counts 0.
   * `take: min|max` gives the smallest / largest count, `atLeast: n` how many combinations reach n.
   */
  groups: z
    .strictObject({
      by: z.array(fieldName).min(1),
      take: z.enum(["min", "max"]).optional(),
      atLeast: z.number().optional(),
    })
    .optional(),
});
export type Measure = z.infer<typeof measureSchema>;

const operand = z.union([z.string().min(1), measureSchema]);
export type Operand = z.infer<typeof operand>;

export const figureSchema = measureSchema.extend({
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "指标编号只含字母、数字、点、下划线和连字符"),
  name: label,
  /** Counting word: 场、次、人次、项、件、%、天、日期. */
  unit: z.string().max(12).default(""),
  /**
   * Text form. `{n}` the exact value, `{n:余}` 3742 → 3700余, `{n:万}` 3.24万, `{n:汉}` 十二, `{n:两}` 两 for 2,
   * `{n:月日}` 3月15日, `{n:年月日}`, `{values}` the distinct values joined by 、 in the order of the field's list or else of
   * their first entry (`{values:，}` by another separator, `{values:和}` 甲、乙和丙, `{values:-海关}` with a common ending once),
   * `{KEY}` another figure's value.
   * Default: `{n}` and the unit.
   */
  text: z.string().max(200).optional(),
  /** Of figures by key, or measures written in place. */
  ratio: z.strictObject({ of: operand, to: operand, percent: z.boolean().default(false) }).optional(),
  growth: z.strictObject({ now: operand, base: operand }).optional(),
  difference: z.strictObject({ of: operand, less: operand }).optional(),
  total: z.array(operand).min(1).optional(),
  days: z.strictObject({ from: operand, to: operand }).optional(),
  /** The same figure over the same period one year earlier, in percent of change. */
  yearOnYear: operand.optional(),
  /** Period when it is not the question's own: fixed dates. Rare: a figure since a party congress, for one. */
  period: z.strictObject({ from: day.optional(), to: day.optional() }).optional(),
  /** own: only the unit itself; subtree (default): with all below. */
  rollUp: z.enum(["own", "subtree"]).default("subtree"),
  description: z.string().max(500).optional(),
  sensitivity: z.enum(sensitivities).optional(),
});
export type FigureDefinition = z.infer<typeof figureSchema>;

export const ledgerSchema = z.strictObject({
  key,
  name: label,
  /** Take everything of this ledger of the pack that is extended; what is written here is added or replaces. */
  extends: key.optional(),
  area: z.string().max(20).optional(),
  description: z.string().max(500).optional(),
  /** Other titles of this ledger in file names, sheet names and title rows. */
  aliases: z.array(label).default([]),
  /** The official title row; default the name. */
  title: label.optional(),
  sensitivity: z.enum(sensitivities).default("internal"),
  retention: z
    .strictObject({ years: z.int().min(1).max(100), then: z.enum(["archive", "purge"]), basis: z.string().optional() })
    .optional(),
  purpose: z.string().max(500).optional(),
  safeguards: z.array(z.string()).default([]),
  /** The field that says whose entry it is; without one, or when it is empty, the unit that sends it. */
  unit: fieldName.optional(),
  /** The field that dates an entry. */
  date: fieldName.optional(),
  /** The day of an entry must lie within the campaign. */
  inCampaign: z.boolean().default(false),
  /** Fields that together tell one entry from another within its unit; without, the whole content does. */
  identity: z.array(fieldName).default([]),
  /** Entries of this ledger are the organisation's units or its people, read by these fields. */
  registers: z
    .discriminatedUnion("what", [
      z.strictObject({
        what: z.literal("units"),
        code: fieldName.optional(),
        name: fieldName,
        kind: fieldName.optional(),
        level: fieldName.optional(),
        parent: fieldName.optional(),
        /** Short and former names, several separated by 、. */
        aliases: fieldName.optional(),
        from: fieldName.optional(),
        to: fieldName.optional(),
      }),
      z.strictObject({
        what: z.literal("people"),
        code: fieldName.optional(),
        name: fieldName,
        unit: fieldName,
        department: fieldName.optional(),
        position: fieldName.optional(),
        from: fieldName.optional(),
        to: fieldName.optional(),
      }),
    ])
    .optional(),
  fields: z.array(fieldSchema).default([]),
  /** Fields of the extended ledger that this organisation does not keep. */
  without: z.array(fieldName).default([]),
  /** Order of columns in the official form; default the order of `fields`. */
  columns: z.array(fieldName).optional(),
  lifecycle: lifecycleSchema.optional(),
  /** Field that shows the state in the official form; default 状态 if there is a lifecycle. */
  stateField: fieldName.optional(),
  rights: z.record(key, z.array(z.enum(ledgerVerbs))).optional(),
  figures: z.array(figureSchema).default([]),
});
export type LedgerSource = z.infer<typeof ledgerSchema>;

/** A ledger as a file may write it: one that changes an inherited ledger says only what differs. */
export const ledgerFileSchema = ledgerSchema.partial({ name: true }).extend({
  lifecycle: lifecycleSchema.partial({ initial: true, states: true }).optional(),
});

export const ruleSchema = z.strictObject({
  key,
  name: label,
  figure: z.string(),
  /** Kinds of unit the rule is for; without: every unit of the campaign. */
  kinds: z.array(label).default([]),
  per: z.enum(["day", "week", "half-month", "month", "quarter", "campaign"]).default("campaign"),
  threshold: z.strictObject({ atLeast: z.number().optional(), atMost: z.number().optional(), by: day.optional() }),
  roles: z.array(key).default([]),
  description: z.string().max(500).optional(),
});
export type RuleDefinition = z.infer<typeof ruleSchema>;

export const packSchema = z.strictObject({
  key,
  name: label,
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "版本号形如 1.0.0"),
  extends: key.optional(),
  description: z.string().max(1000).optional(),
  campaign: z
    .strictObject({
      name: label,
      /** The organ that sends: 填报单位 of exports, 发文机关 of reports. */
      organ: label.optional(),
      from: day,
      to: day.optional(),
      /** Last day of the period that reports cover unless asked otherwise. */
      reportDate: day.optional(),
      /** First day of 第1周; default the Monday of the week of `from`. */
      firstWeek: day.optional(),
      /** Parts of a very large organisation that are stored apart, each with the unit at its top; their units and people are registered in each. */
      realms: z.array(z.strictObject({ key, name: label })).optional(),
    })
    .optional(),
  phases: z.array(z.strictObject({ key, name: label, from: day.optional(), to: day.optional() })).default([]),
  /** Units written into the pack, for an organisation that keeps no unit ledger. */
  units: z
    .array(
      z.strictObject({
        name: label,
        code: label.optional(),
        kind: label.optional(),
        parent: label.optional(),
        aliases: z.array(label).default([]),
      }),
    )
    .default([]),
  /** Which relations make the roll-up path, first match first. */
  rollUp: z.array(z.enum(["隶属", "派驻", "业务指导", "汇总"])).default(["汇总", "隶属", "派驻", "业务指导"]),
  /** Where seconded staff count. */
  seconded: z.enum(["home", "host"]).default("home"),
  /** Named lists that fields may take with `values: [$name]`. */
  values: z.record(label, z.array(label)).default({}),
  /** Ledgers of the extended pack that this campaign keeps; default all. */
  ledgers: z.array(key).optional(),
});
export type PackSource = z.infer<typeof packSchema>;

export const figuresFileSchema = z.strictObject({ figures: z.array(figureSchema) });
export const rulesFileSchema = z.strictObject({ rules: z.array(ruleSchema) });
/** What a role may manage beyond ledgers, within the units of its grant. */
export const powers = ["units", "people", "accounts", "grants", "packs", "documents"] as const;

/** The program itself asks as `operator`, which may do everything: no account's role is called so. */
const roleKey = key.refine((text) => text !== "operator", "岗位编号“operator”由系统自用，请改用别的编号，例如 site_operator");
export const roleSchema = z.strictObject({
  key: roleKey,
  name: label,
  description: z.string().max(300).optional(),
  /** On ledgers that name no rights of their own, and whose sensitivity is within `sees`. */
  ledgers: z.array(z.enum(ledgerVerbs)).default([...ledgerVerbs]),
  /** Up to which sensitivity it sees ledgers, and fields that are more sensitive than their ledger. */
  sees: z.enum(sensitivities).default("personal"),
  may: z.array(z.enum(powers)).default(["documents"]),
  /** Whoever is on the roster has this role at their own unit, without a grant. */
  everyone: z.boolean().default(false),
  /** Longest time of a grant, in days. */
  days: z.int().min(1).max(3660).optional(),
});
export const rolesFileSchema = z.strictObject({ roles: z.array(roleSchema) });
export type RoleDefinition = z.infer<typeof roleSchema>;

/** A ledger with everything inherited resolved: what the rest of the program reads. */
export interface Ledger extends Omit<LedgerSource, "extends" | "without" | "columns" | "figures" | "fields"> {
  columns: string[];
  fields: FieldDefinition[];
}

/** A pack with everything inherited resolved. `figures` holds the ledgers' own figures too. */
export interface Pack extends Omit<PackSource, "ledgers" | "extends"> {
  lineage: string[];
  ledgers: Ledger[];
  figures: (FigureDefinition & { from: string })[];
  rules: RuleDefinition[];
  roles: RoleDefinition[];
  templates: ReportTemplate[];
}

/** A report template file: front matter and body. The body's language is described in docs/packs.md. */
export const templateSchema = z.strictObject({
  key,
  name: label,
  kind: z.enum(["报告", "通知"]),
  title: label,
  organ: label.optional(),
  number: label.optional(),
  signatory: label.optional(),
  secrecy: label.optional(),
  urgency: label.optional(),
  to: label.optional(),
  copies: z.array(label).default([]),
  attachments: z.array(label).default([]),
});
export type ReportTemplate = z.infer<typeof templateSchema> & {
  body: string;
  file: string;
  /** Line of the file on which the body begins. */ bodyLine: number;
};
