/** How an entry is called where entries of several ledgers stand in one list. */
import type { Ledger } from "#kernel/definitions.ts";
import type { Values } from "./ledgers.types.ts";

/**
 * Its number, and the first filled text that is not a number of something: what the long texts say before what the
 * short ones do.
 */
export function titleOf(ledger: Pick<Ledger, "fields" | "identity">, data: Values): { number: string | null; title: string } {
  const number = ledger.identity.map((name) => data[name]).find((value): value is string => typeof value === "string") ?? null;
  const texts = ["longtext", "text"].flatMap((type) =>
    ledger.fields
      .filter((field) => field.type === type && !ledger.identity.includes(field.name) && !/编号|序号|文号/.test(field.name))
      .map(({ name }) => data[name]),
  );
  const title = texts.find((value): value is string => typeof value === "string" && value !== "");
  return { number, title: title ?? "" };
}
