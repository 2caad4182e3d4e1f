/** What a record is called where records of several ledgers stand in one list. */
import type { Ledger } from "#kernel/definitions.ts";

/** Its subject, nothing of it encrypted or withheld: the first text that must be filled in, else the first that is; else its number. Empty when it has none. */
export function headline(
  { fields, identity }: Pick<Ledger, "fields" | "identity">,
  data: Readonly<Record<string, unknown>>,
): string {
  const texts = fields.filter(
    ({ name, type, encrypted, withheld }) =>
      !encrypted && !withheld && (type === "text" || type === "longtext") && name !== identity[0] && data[name] !== undefined,
  );
  const [first] = texts.toSorted((left, right) => Number(right.required) - Number(left.required));
  const number = fields.find(({ name, withheld }) => name === identity[0] && !withheld)?.name ?? "";
  const said = data[first?.name ?? number];
  return typeof said === "string" ? said : "";
}
