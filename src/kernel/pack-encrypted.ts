/** What an encrypted field cannot be used for, since nobody reads it on the way: told when a pack is checked. */
import type { Condition, FieldDefinition, Ledger } from "./definitions.ts";
import type { Complain } from "./pack-check.ts";

export const encryptedUse = ({ name }: FieldDefinition, what: string): string =>
  `栏目“${name}”是加密存放的（encrypted），不能${what}；只能按空或不空（empty）统计`;

/** Whether a condition asks only if there is anything. */
export const onlyEmpty = (condition: Condition): boolean =>
  typeof condition === "object" && !Array.isArray(condition) && Object.keys(condition).every((key) => key === "empty");

export function checkEncrypted(ledger: Ledger, ledgers: ReadonlyMap<string, Ledger>, complain: Complain): void {
  const sealed = new Map(ledger.fields.filter(({ encrypted }) => encrypted).map((field) => [field.name, field]));
  ledger.fields.forEach((field, index) => {
    const path = ["fields", index];
    if (field.mask && !field.encrypted) complain(path, `栏目“${field.name}”写了 mask，也要写 encrypted: true`);
    if (field.encrypted && field.type !== "text" && field.type !== "longtext")
      complain(path, `栏目“${field.name}”是加密存放的（encrypted），类型应为 text、longtext`);
    if (field.encrypted && (field.derive !== undefined || field.values || field.default !== undefined))
      complain(path, `栏目“${field.name}”是加密存放的（encrypted），不能再写 derive、values 或 default`);
    const target = fieldNamed(ledger, field.derive?.slice(0, field.derive.lastIndexOf(".")));
    const attribute = field.derive?.slice(field.derive.lastIndexOf(".") + 1);
    if (target?.type === "entry" && fieldNamed(ledgers.get(target.ledger ?? ""), attribute)?.encrypted)
      complain(path, `栏目“${field.name}”由“${attribute}”带出，那一栏是加密存放的（encrypted），不能带出`);
  });
  const refuse = (name: string | undefined, path: PropertyKey[], what: string): void => {
    const field = sealed.get(name ?? "");
    if (field) complain(path, `栏目“${field.name}”是加密存放的（encrypted），不能${what}`);
  };
  ledger.identity.forEach((name, index) => refuse(name, ["identity", index], "用来认出记录（identity）"));
  refuse(ledger.unit, ["unit"], "作单位栏目");
  refuse(ledger.date, ["date"], "作日期栏目");
  if (ledger.stateField !== undefined) refuse(ledger.stateField, ["stateField"], "作状态栏目");
  for (const [role, name] of Object.entries(ledger.registers ?? {}))
    if (role !== "what") refuse(name, ["registers", role], "用来登记单位或人员（registers）");
}

const fieldNamed = (ledger: Ledger | undefined, name: string | undefined): FieldDefinition | undefined =>
  ledger?.fields.find((field) => field.name === name);
