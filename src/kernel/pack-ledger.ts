/**
 * One ledger of a pack: merged with the one it changes, on the text as written, so that a default never overwrites
 * what the extended pack says; then finished into what the rest of the program reads.
 */
import { ledgerSchema, type FieldDefinition, type Ledger } from "./definitions.ts";
import { withoutGuards, withoutRoles } from "./inherited.ts";
import type { PackProblem, Plain, Sources, YamlSource } from "./yaml-source.ts";

/** What `own` says, laid over `base` field by field: aliases, values and states are added, everything else replaces. */
export function mergeLedger(base: Plain | undefined, own: Plain, source: YamlSource, problems: PackProblem[]): Plain {
  if (!base) return own;
  const fields = new Map(((base["fields"] as Plain[] | undefined) ?? []).map((field) => [String(field["name"]), field]));
  for (const name of (own["without"] as string[] | undefined) ?? [])
    if (!fields.delete(name))
      problems.push({
        file: source.file,
        line: source.lineOf(["without"]),
        path: "without",
        reason: `所继承的台账没有栏目“${name}”`,
      });
  for (const field of (own["fields"] as Plain[] | undefined) ?? []) {
    const name = String(field["name"]);
    const old = fields.get(name);
    fields.set(
      name,
      old
        ? {
            ...old,
            ...field,
            ...union(old, field, "aliases"),
            ...union(old, field, "values"),
            synonyms: merged(old, field, "synonyms"),
          }
        : field,
    );
  }
  const gone = (name: unknown): boolean => typeof name === "string" && !fields.has(name);
  const identity = (own["identity"] ?? base["identity"]) as string[] | undefined;
  const result: Plain = {
    ...base,
    ...own,
    ...union(base, own, "aliases"),
    fields: [...fields.values()],
    identity: identity?.some(gone) && !own["identity"] ? [] : identity,
    lifecycle: mergeLifecycle(withoutGuards(base["lifecycle"], gone) as Plain | undefined, own["lifecycle"] as Plain | undefined),
    columns: own["columns"],
  };
  // A field that was left out takes the roles it had with it, unless the file names new ones.
  for (const role of ["unit", "date"]) if (gone(result[role]) && own[role] === undefined) delete result[role];
  if (result["registers"] && own["registers"] === undefined)
    result["registers"] = withoutRoles(result["registers"] as Plain, gone);
  for (const name of ["without", "extends"]) delete result[name];
  return dropUndefined(result);
}

const dropUndefined = (value: Plain): Plain => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));

function union(base: Plain, own: Plain, name: string): Plain {
  if (base[name] === undefined && own[name] === undefined) return {};
  return {
    [name]: [...new Set([...((base[name] as string[] | undefined) ?? []), ...((own[name] as string[] | undefined) ?? [])])],
  };
}

const merged = (base: Plain, own: Plain, name: string): Plain | undefined =>
  base[name] || own[name] ? { ...(base[name] as Plain), ...(own[name] as Plain) } : undefined;

function mergeLifecycle(base: Plain | undefined, own: Plain | undefined): Plain | undefined {
  if (!base || !own) return own ?? base;
  const transitions = new Map(
    [...((base["transitions"] as Plain[] | undefined) ?? []), ...((own["transitions"] as Plain[] | undefined) ?? [])].map(
      (item) => [String(item["name"]), item],
    ),
  );
  return { initial: own["initial"] ?? base["initial"], ...union(base, own, "states"), transitions: [...transitions.values()] };
}

/** Named value lists filled in, the state field put among the fields, the order of columns settled. */
export function finishLedger(value: Plain, lists: Record<string, string[]>, problems: PackProblem[], sources: Sources): Ledger {
  const {
    without: _without,
    extends: _extends,
    figures: _figures,
    columns,
    ...parsed
  } = ledgerSchema.parse(dropUndefined(value));
  const origin = sources.get(`ledger:${parsed.key}`);
  const complain = (path: PropertyKey[], reason: string): void => {
    if (origin)
      problems.push({
        file: origin.source.file,
        line: origin.source.lineOf([...origin.path, ...path]),
        path: path.map(String).join("."),
        reason,
      });
  };
  const fields: FieldDefinition[] = parsed.fields.map((field) => {
    if (!field.values?.some((item) => item.startsWith("$"))) return field;
    const filled = field.values.flatMap((item) => {
      if (!item.startsWith("$")) return [item];
      const found = lists[item.slice(1)];
      if (!found) complain(["fields"], `栏目“${field.name}”用了没有定义的值表“${item}”`);
      return found ?? [];
    });
    return { ...field, values: [...new Set(filled)] };
  });
  const stateField = parsed.lifecycle ? (parsed.stateField ?? "状态") : parsed.stateField;
  if (parsed.lifecycle && stateField) {
    const index = fields.findIndex((field) => field.name === stateField);
    const written = fields[index];
    const state: FieldDefinition = {
      // A state that the official form has no column for is kept all the same, but not printed.
      ...(written ?? { name: stateField, required: false, aliases: [], min: 0, hidden: true, derive: undefined }),
      type: "choice",
      values: parsed.lifecycle.states,
      open: false,
    };
    if (index >= 0) fields[index] = state;
    else fields.push(state);
  }
  const names = fields.filter((field) => !field.hidden).map((field) => field.name);
  for (const name of columns ?? [])
    if (!fields.some((field) => field.name === name)) complain(["columns"], `columns 中的“${name}”不是本台账的栏目`);
  return { ...parsed, fields, ...(stateField ? { stateField } : {}), columns: columns ?? names };
}
