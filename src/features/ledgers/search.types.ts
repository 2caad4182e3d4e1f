/** What the address of 台账 says: which ledger, whose records, which of them, in what order and how they are shown. */
import type { Condition, Filter } from "./filter.types.ts";

export interface LedgerSearch {
  ledger?: string | undefined;
  unit?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
  state?: string | undefined;
  deleted?: true | undefined;
  where?: Filter | undefined;
  sort?: string | undefined;
  order?: "desc" | undefined;
  columns?: string[] | undefined;
  as?: "table" | undefined;
  page?: number | undefined;
  entry?: string | undefined;
}

type Given = Record<string, unknown>;
const isObject = (one: unknown): one is Given => typeof one === "object" && one !== null && !Array.isArray(one);
const isWord = (one: unknown): one is string | number => typeof one === "string" || typeof one === "number";

/** Anyone may have written an address: what is not of the right kind is left out; the server says what it does not know. */
function conditionIn(given: unknown): Condition {
  if (!isObject(given)) return {};
  const { contains, is, from, to, empty } = given;
  return {
    ...(typeof contains === "string" && contains !== "" ? { contains } : {}),
    ...(Array.isArray(is) && is.length > 0
      ? { is: is.filter((one) => one === null || typeof one === "boolean" || isWord(one)) }
      : {}),
    ...(isWord(from) ? { from } : {}),
    ...(isWord(to) ? { to } : {}),
    ...(typeof empty === "boolean" ? { empty } : {}),
  };
}

/** Without conditions that ask for nothing; undefined if none is left. */
export function tidyFilter(given: unknown): Filter | undefined {
  if (!isObject(given)) return undefined;
  const kept = Object.entries(given)
    .map(([name, condition]): [string, Condition] => [name, conditionIn(condition)])
    .filter(([, condition]) => Object.keys(condition).length > 0);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export function ledgerSearch(given: Given): LedgerSearch {
  const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
  const day = (name: string): string | undefined => /^\d{4}-\d\d-\d\d$/.exec(text(name) ?? "")?.[0];
  const number = (name: string): number | undefined =>
    Number.isSafeInteger(given[name]) && (given[name] as number) > 0 ? (given[name] as number) : undefined;
  const columns = Array.isArray(given["columns"]) ? given["columns"].filter((one) => typeof one === "string") : [];
  return {
    ledger: text("ledger"),
    unit: number("unit"),
    from: day("from"),
    to: day("to"),
    state: text("state"),
    deleted: given["deleted"] === true ? true : undefined,
    where: tidyFilter(given["where"]),
    sort: text("sort"),
    order: given["order"] === "desc" ? "desc" : undefined,
    columns: columns.length > 0 ? columns : undefined,
    as: given["as"] === "table" ? "table" : undefined,
    page: number("page"),
    entry: text("entry"),
  };
}

/** The filter and order as the server is asked for them. */
export const askedFor = ({ from, to, state, where, sort, order }: LedgerSearch) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(state === undefined ? {} : { state }),
  ...(where === undefined ? {} : { where: JSON.stringify(where) }),
  ...(sort === undefined ? {} : { sort, order: order ?? ("asc" as const) }),
});
