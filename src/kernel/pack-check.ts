/** What only shows once a pack is whole: names that point nowhere, cycles, conditions that can never hold. */
import type { Condition, FigureDefinition, Ledger, Measure, Operand, Pack, Where } from "./definitions.ts";
import { fieldOf, isNumber, parseDerive } from "./fields.ts";
import { checkText } from "./number-text.ts";
import { checkEncrypted, encryptedUse, onlyEmpty } from "./pack-encrypted.ts";
import type { PackProblem, Sources } from "./yaml-source.ts";

const operations = ["count", "sum", "avg", "distinct", "min", "max", "latest", "value", "items", "groups"] as const;
const combinations = ["ratio", "growth", "difference", "total", "days", "yearOnYear"] as const;

/** The operation of a measure: exactly one must be given. */
export const operationOf = (measure: Measure): (typeof operations)[number] | undefined => {
  const found = operations.filter((name) => measure[name] !== undefined);
  return found.length === 1 ? found[0] : undefined;
};
export const combinationOf = (figure: FigureDefinition): (typeof combinations)[number] | undefined =>
  combinations.find((name) => figure[name] !== undefined);

/** Operands of a computed figure, in the order they are written. */
export function operandsOf(figure: FigureDefinition): Operand[] {
  if (figure.ratio) return [figure.ratio.of, figure.ratio.to];
  if (figure.growth) return [figure.growth.now, figure.growth.base];
  if (figure.difference) return [figure.difference.of, figure.difference.less];
  if (figure.total) return figure.total;
  if (figure.days) return [figure.days.from, figure.days.to];
  if (figure.yearOnYear) return [figure.yearOnYear];
  return [];
}

/** Keys of other figures named in a text form: `{S04-F03}`. */
export const figuresInText = (text: string): string[] =>
  [...text.matchAll(/\{([^{}]+)\}/g)]
    .map((match) => (match[1] as string).split(":")[0] as string)
    .filter((name) => name !== "n" && name !== "values");

export function checkPack(pack: Pack, sources: Sources): PackProblem[] {
  const problems: PackProblem[] = [];
  const ledgers = new Map(pack.ledgers.map((ledger) => [ledger.key, ledger]));
  const figures = new Map(pack.figures.map((figure) => [figure.key, figure]));
  const at = (origin: string, path: PropertyKey[], reason: string): void => {
    const found = sources.get(origin) ?? sources.get("pack");
    if (found)
      problems.push({
        file: found.source.file,
        line: found.source.lineOf([...found.path, ...path]),
        path: path.map(String).join("."),
        reason,
      });
  };
  for (const ledger of pack.ledgers) checkLedger(ledger, ledgers, (path, reason) => at(`ledger:${ledger.key}`, path, reason));
  for (const figure of pack.figures) {
    checkFigure(figure, ledgers, figures, (path, reason) => at(`figure:${figure.key}`, path, reason));
    const cycle = cycleFrom(figure.key, figures);
    if (cycle) at(`figure:${figure.key}`, [], `指标互相引用，形成了循环：${cycle.join(" → ")}`);
  }
  for (const rule of pack.rules)
    if (!figures.has(rule.figure)) at(`rule:${rule.key}`, ["figure"], `规则“${rule.name}”所用的指标“${rule.figure}”不存在`);
  checkUnits(pack, (path, reason) => at("pack", path, reason));
  const realms = pack.campaign?.realms ?? [];
  for (const [index, { key, name }] of realms.entries()) {
    const other = realms.findIndex((one) => one.key === key || one.name === name);
    if (other < index)
      at("pack", ["campaign", "realms", index], `辖区“${name}”的 key 或名称与前面的“${realms[other]?.name}”重复`);
    if (name === pack.campaign?.organ)
      at("pack", ["campaign", "realms", index], `辖区“${name}”与最顶一级的 organ 同名，应写各辖区自己的名称`);
  }
  if (pack.campaign?.to && pack.campaign.to < pack.campaign.from) at("pack", ["campaign", "to"], "结束日期早于开始日期");
  return problems;
}

export type Complain = (path: PropertyKey[], reason: string) => void;

function checkLedger(ledger: Ledger, ledgers: Map<string, Ledger>, complain: Complain): void {
  const seen = new Set<string>();
  ledger.fields.forEach((field, index) => {
    const path = ["fields", index];
    if (seen.has(field.name)) complain(path, `栏目“${field.name}”重复`);
    seen.add(field.name);
    if (field.type === "entry" && !field.ledger) complain(path, `栏目“${field.name}”引用哪本台账？请写 ledger`);
    if ((field.type === "choice" || field.type === "choices") && !field.values?.length)
      complain(path, `栏目“${field.name}”是选择项，请写 values`);
    if (field.attendance && field.type !== "integer" && field.type !== "people")
      complain(path, `栏目“${field.name}”写了 attendance，类型应为 integer 或 people`);
    if (field.derive !== undefined) {
      const found = parseDerive(field.derive, ledger.fields, (key) => ledgers.get(key));
      // An entry of a ledger that this campaign does not keep has no attributes: the column stays empty.
      const target = fieldOf(ledger, field.derive.split(".")[0] ?? "");
      if (typeof found === "string" && !(target?.type === "entry" && !ledgers.has(target.ledger ?? "")))
        complain(path, `栏目“${field.name}”：${found}`);
    }
  });
  checkEncrypted(ledger, ledgers, complain);
  const need = (name: string | undefined, path: PropertyKey[], types?: string[]): void => {
    if (name === undefined) return;
    const field = fieldOf(ledger, name);
    if (!field) complain(path, `台账“${ledger.name}”没有栏目“${name}”`);
    else if (types && !types.includes(field.type)) complain(path, `栏目“${name}”的类型应为 ${types.join("、")}`);
  };
  // A register of units owns its rows by the units that they make.
  need(ledger.unit, ["unit"], ledger.registers?.what === "units" ? undefined : ["unit", "organ"]);
  need(ledger.date, ["date"], ["date", "month"]);
  ledger.identity.forEach((name, index) => need(name, ["identity", index]));
  if (ledger.registers)
    for (const [role, name] of Object.entries(ledger.registers)) if (role !== "what") need(name, ["registers", role]);
  const states = new Set(ledger.lifecycle?.states);
  if (ledger.lifecycle && !states.has(ledger.lifecycle.initial))
    complain(["lifecycle", "initial"], `初始状态“${ledger.lifecycle.initial}”不在 states 中`);
  ledger.lifecycle?.transitions.forEach((transition, index) => {
    for (const state of [...transition.from, transition.to])
      if (!states.has(state))
        complain(["lifecycle", "transitions", index], `流转“${transition.name}”中的状态“${state}”不在 states 中`);
    for (const name of transition.guard.fields) need(name, ["lifecycle", "transitions", index, "guard", "fields"]);
  });
}

/** Everything that keeps a figure from being asked, given the ledgers and figures that there are. */
export function checkFigure(
  figure: FigureDefinition,
  ledgers: Map<string, Ledger>,
  figures: Map<string, FigureDefinition>,
  complain: Complain,
): void {
  const combination = combinationOf(figure);
  const given = operations.filter((name) => figure[name] !== undefined);
  const combined = combinations.filter((name) => figure[name] !== undefined);
  if (given.length + combined.length !== 1)
    complain(
      [],
      given.length + combined.length === 0
        ? `指标“${figure.name}”没有写怎么算（count、sum、distinct、ratio……）`
        : `指标“${figure.name}”只能有一种算法，现有：${[...given, ...combined].join("、")}`,
    );
  else if (!combination) checkMeasure(figure, ledgers, complain, []);
  operandsOf(figure).forEach((operand) => {
    if (typeof operand === "string") {
      if (!figures.has(operand)) complain([combination as string], `指标“${operand}”不存在`);
    } else if (operationOf(operand) === undefined)
      complain([combination as string], `指标“${figure.name}”的一部分没有写清怎么算`);
    else checkMeasure({ ...operand, ledger: operand.ledger ?? figure.ledger }, ledgers, complain, [combination as string]);
  });
  for (const reason of checkText(figure.text ?? "", (key) => figures.has(key))) complain(["text"], reason);
}

function checkMeasure(
  measure: Omit<Measure, "ledger"> & { ledger?: string | undefined },
  ledgers: Map<string, Ledger>,
  complain: Complain,
  path: PropertyKey[],
): void {
  const ledger = ledgers.get(measure.ledger ?? "");
  if (!ledger) {
    complain([...path, "ledger"], measure.ledger ? `没有台账“${measure.ledger}”` : "没有写 ledger（统计哪本台账）");
    return;
  }
  const need = (name: string, where: PropertyKey[], number = false, read = true): void => {
    const field = fieldOf(ledger, name);
    if (!field || field.type === "serial") complain([...path, ...where], `台账“${ledger.name}”没有栏目“${name}”`);
    else if (field.encrypted && read) complain([...path, ...where], encryptedUse(field, "统计"));
    else if (number && !isNumber(field)) complain([...path, ...where], `栏目“${name}”不是数字，不能求和或平均`);
  };
  if (measure.sum) need(measure.sum, ["sum"], true);
  if (measure.avg) need(measure.avg, ["avg"], true);
  for (const name of [
    measure.min,
    measure.max,
    measure.latest,
    measure.value,
    measure.items,
    ...[measure.distinct ?? []].flat(),
    ...(measure.groups?.by ?? []),
  ])
    if (name !== undefined) need(name, [operationOf(measure) ?? "count"]);
  if (measure.groups && (measure.groups.take === undefined) === (measure.groups.atLeast === undefined))
    complain([...path, "groups"], "groups 要写 take 或 atLeast 其中之一");
  if (measure.latest && (measure.date === "none" || !(measure.date ?? ledger.date)))
    complain([...path, "latest"], "latest 要有日期栏目");
  if (measure.date && measure.date !== "none") {
    need(measure.date, ["date"]);
    const type = fieldOf(ledger, measure.date)?.type;
    if (type && type !== "date" && type !== "month") complain([...path, "date"], `栏目“${measure.date}”不是日期`);
  }
  const check = (where: Where, at: PropertyKey[]): void => {
    for (const [name, condition] of Object.entries(where)) {
      need(name, [...at, name], false, false);
      const field = fieldOf(ledger, name);
      if (!field) continue;
      if (field.encrypted && !onlyEmpty(condition)) complain([...path, ...at, name], encryptedUse(field, "按内容统计"));
      if (typeof condition === "object" && !Array.isArray(condition)) {
        if (condition.kind && field.type !== "unit" && field.type !== "organ")
          complain([...path, ...at, name], `栏目“${name}”不是单位，不能用 kind`);
        for (const other of [condition.from, condition.to, condition.above, condition.below])
          if (typeof other === "object") need(other.field, [...at, name]);
      }
      if (field.type === "choice" && !field.open && field.values)
        for (const value of valuesIn(condition))
          if (!field.values.includes(String(value)))
            complain([...path, ...at, name], `栏目“${name}”没有“${String(value)}”这个值，可用：${field.values.join("、")}`);
    }
  };
  check(measure.where ?? {}, ["where"]);
  measure.any?.forEach((where, index) => check(where, ["any", index]));
}

function valuesIn(condition: Condition): unknown[] {
  if (Array.isArray(condition)) return condition;
  if (typeof condition === "object") return condition.not === undefined ? [] : [condition.not].flat();
  return [condition];
}

function cycleFrom(start: string, figures: Map<string, FigureDefinition>): string[] | undefined {
  const walk = (key: string, trail: string[]): string[] | undefined => {
    if (trail.includes(key)) return key === start ? [...trail, key] : undefined;
    const figure = figures.get(key);
    if (!figure) return undefined;
    // A text form takes the other figure's value, not its text, so texts may name one another.
    const next = operandsOf(figure).filter((operand) => typeof operand === "string");
    for (const name of next) {
      const found = walk(name, [...trail, key]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, []);
}

function checkUnits(pack: Pack, complain: Complain): void {
  const parents = new Map(pack.units.map((unit) => [unit.name, unit.parent]));
  pack.units.forEach((unit, index) => {
    if (pack.units.findIndex((other) => other.name === unit.name) !== index) complain(["units", index], `单位“${unit.name}”重复`);
    if (unit.parent && !parents.has(unit.parent)) complain(["units", index, "parent"], `上级单位“${unit.parent}”不在 units 中`);
    const trail = [unit.name];
    for (let next = unit.parent; next; next = parents.get(next)) {
      if (trail.includes(next)) {
        if (next === unit.name) complain(["units", index, "parent"], `上级关系形成了循环：${[...trail, next].join(" → ")}`);
        return;
      }
      trail.push(next);
    }
  });
}
