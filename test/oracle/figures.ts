/**
 * What figures come to, by docs/packs.md and nothing else: every record is an object in memory, every question looks at
 * all of them. Shares no code with the figure engine but the types of definitions.
 */
import { Big } from "big.js";
import type {
  Condition,
  FieldDefinition,
  FigureDefinition,
  Ledger,
  Measure,
  Operand,
  Pack,
  Scalar,
  Where,
} from "#kernel/definitions.ts";
import { aboveOn, parentOn, type Organisation } from "./organisation.ts";

const Exact = Big();
Exact.DP = 40;
Exact.RM = 1;

/** A record in one of its versions. */
export interface Version {
  id: string;
  at: string;
  version: number;
  ledger: string;
  unit: number;
  day: string | null;
  state: string | null;
  data: Record<string, unknown>;
  deleted: boolean;
}

export interface Books {
  pack: Pack;
  organisation: Organisation;
  /** Versions of each record, oldest first. */
  records: Map<string, Version[]>;
  firstWeek: string;
  today: string;
}

export interface Asked {
  unit: number;
  from: string;
  to: string;
  asOf?: string | undefined;
}

type Stored = string | number | boolean | (string | number)[];
type Found = Big | string | null;
type Names = (record: Version, name: string) => string | string[] | null;

/** Records as they stood. */
export function standing(books: Books, asOf?: string): Version[] {
  return [...books.records.values()].flatMap((versions) => {
    const last = asOf === undefined ? versions.at(-1) : versions.findLast((one) => one.at <= asOf);
    return last && !last.deleted ? [last] : [];
  });
}

const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
const isDay = (found: Found): found is string => typeof found === "string" && /^\d{4}-\d{2}(-\d{2})?$/.test(found);
const fieldOf = (ledger: Ledger, name: string): FieldDefinition =>
  ledger.fields.find((one) => one.name === name) as FieldDefinition;
const isNumber = (field: FieldDefinition): boolean =>
  field.type === "integer" || field.type === "decimal" || field.derive?.startsWith("days") === true;

/** A field as people read it: names instead of ids, 是 and 否; null when there is nothing; a list stays a list. */
function reader(books: Books, ledger: Ledger): Names {
  const unitName = (value: unknown): string =>
    typeof value === "number" ? (books.organisation.units.find((one) => one.id === value)?.name ?? String(value)) : String(value);
  const read = (record: Version, name: string): string | string[] | null => {
    if (ledger.lifecycle && name === ledger.stateField) return record.state;
    const field = fieldOf(ledger, name);
    if (field.derive !== undefined) return derived(record, field.derive);
    const value = record.data[name] as Stored | undefined;
    if (value === undefined) return null;
    if (Array.isArray(value)) return value.map(String);
    if (typeof value === "boolean") return value ? "是" : "否";
    if (field.type === "unit" || field.type === "organ") return unitName(value);
    // A name that is not on the roster is someone of the record's own unit.
    if (field.type === "person") return typeof value === "number" ? `#${value}` : `${record.unit} ${value}`;
    return String(value);
  };
  const derived = (record: Version, text: string): string | null => {
    const date = (name: string): string | null => (record.data[name] as string | undefined) ?? null;
    const [, call, first = "", second = ""] = /^(\w+)\((\S+?)(?:, (\S+))?\)$/.exec(text) ?? [];
    const [one, two] = [date(first), date(second)];
    if (call === "week") return one === null ? null : `第${Math.floor(days(books.firstWeek, one) / 7) + 1}周`;
    if (call === "month") return one?.slice(0, 7) ?? null;
    if (call === "days") return one === null || two === null ? null : String(days(one, two));
    if (call === "onTime") return one === null ? null : two !== null && one <= two ? "是" : "否";
    const [target = "", attribute = ""] = text.split(".");
    const value = record.data[target];
    const { type } = fieldOf(ledger, target);
    if (type === "entry") {
      const other = books.pack.ledgers.find((item) => item.key === fieldOf(ledger, target).ledger) as Ledger;
      // A ledger without a number has no records that can be pointed to.
      const number = other.identity[0];
      const found =
        number === undefined
          ? undefined
          : standing(books).find((item) => item.ledger === other.key && item.data[number] === value);
      return found ? (reader(books, other)(found, attribute) as string | null) : null;
    }
    if (typeof value !== "number") return null;
    if (type === "person") {
      const person = books.organisation.people.find((item) => item.id === value);
      if (attribute === "姓名") return person?.name ?? null;
      if (attribute === "编号") return person?.code ?? null;
      const day = record.day ?? books.today;
      const post = person?.posts.find((item) => item.from <= day && day < item.to);
      return post ? unitName(post.unit) : null;
    }
    const unit = books.organisation.units.find((item) => item.id === value);
    if (attribute === "上级单位") {
      const above = parentOn(books.organisation, value, "9999-12-31");
      return above === undefined ? null : unitName(above);
    }
    return (attribute === "类型" ? unit?.kind : attribute === "编号" ? unit?.code : unit?.name) ?? null;
  };
  return read;
}

/** Below 0, 0 or above: by code point, as ISO days and Chinese characters stand in Unicode. */
function order(left: string, right: string): number {
  const [one, two] = [[...left], [...right]];
  for (let index = 0; index < Math.min(one.length, two.length); index++) {
    const step = (one[index] as string).codePointAt(0)! - (two[index] as string).codePointAt(0)!;
    if (step !== 0) return step;
  }
  return one.length - two.length;
}

interface Question extends Asked {
  books: Books;
  ledger: Ledger;
  read: Names;
}

function variable(text: string, { from, to, asOf }: Asked): string {
  return { $from: from, $to: to, $asOf: (asOf ?? to).slice(0, 10), $month: to.slice(0, 7) }[text] ?? text;
}

function meets(question: Question, record: Version, name: string, condition: Condition): boolean {
  const { ledger, read, books } = question;
  const field = fieldOf(ledger, name);
  const shown = read(record, name);
  const items = shown === null ? [] : [shown].flat();
  const unit = books.organisation.units.find((one) => one.id === record.data[name]);
  const is = (wanted: Scalar): boolean => {
    const text = variable(String(wanted), question);
    if (unit && (text === unit.name || text === unit.code)) return true;
    if (typeof wanted === "boolean") return items.includes(wanted ? "是" : "否");
    return items.includes(text);
  };
  if (Array.isArray(condition)) return condition.some(is);
  if (typeof condition !== "object") return is(condition);
  const { not, contains, empty, kind } = condition;
  if (not !== undefined && [not].flat().some(is)) return false;
  if (contains !== undefined && !items.some((item) => item.includes(contains))) return false;
  if (empty !== undefined && empty !== (items.length === 0)) return false;
  if (kind !== undefined && !(unit && [kind].flat().includes(unit.kind))) return false;
  const compare = (bound: string | number | { field: string } | undefined, test: (step: number) => boolean): boolean => {
    if (bound === undefined) return true;
    const target = typeof bound === "object" ? read(record, bound.field) : variable(String(bound), question);
    if (items.length === 0 || target === null) return false;
    return test(isNumber(field) ? Number(items[0]) - Number(target) : order(items[0] as string, String(target)));
  };
  return (
    compare(condition.from, (step) => step >= 0) &&
    compare(condition.to, (step) => step <= 0) &&
    compare(condition.above, (step) => step > 0) &&
    compare(condition.below, (step) => step < 0)
  );
}

function inPeriod(question: Question, record: Version, rule: string | undefined): boolean {
  if (rule === undefined || rule === "none") return true;
  const value = record.data[rule] as string | undefined;
  if (value === undefined) return false;
  // A month counts if the period touches it.
  const length = value.length;
  return value >= question.from.slice(0, length) && value <= question.to.slice(0, length);
}

function inScope({ books, unit, to }: Question, record: Version, own: boolean): boolean {
  if (own) return record.unit === unit;
  if (unit === books.organisation.root) return true;
  return aboveOn(books.organisation, record.unit, record.day ?? to)?.includes(unit) ?? false;
}

const splitList = (text: string): string[] =>
  text
    .split(/[、；;，,]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");

interface Looked {
  question: Question;
  records: Version[];
  value: Found;
}

function measured(books: Books, measure: Measure, key: string, own: boolean, asked: Asked): Looked {
  const ledger = books.pack.ledgers.find((one) => one.key === key) as Ledger;
  const question: Question = { ...asked, books, ledger, read: reader(books, ledger) };
  const { read } = question;
  const holds = (record: Version, where: Where): boolean =>
    Object.entries(where).every(([name, condition]) => meets(question, record, name, condition));
  const names = [
    measure.sum ??
      measure.avg ??
      measure.min ??
      measure.max ??
      measure.latest ??
      measure.value ??
      measure.items ??
      measure.distinct ??
      measure.groups?.by ??
      [],
  ].flat();
  const records = standing(books, asked.asOf).filter(
    (record) =>
      record.ledger === key &&
      inScope(question, record, own) &&
      inPeriod(question, record, measure.date ?? ledger.date) &&
      holds(record, measure.where ?? {}) &&
      (measure.any === undefined || measure.any.some((where) => holds(record, where))) &&
      names.every((name) => read(record, name) !== null),
  );
  return { question, records, value: come(measure, question, records, names) };
}

function come(measure: Measure, question: Question, records: Version[], names: string[]): Found {
  const { read, ledger } = question;
  const name = names[0] ?? "";
  const text = (record: Version): string => String(read(record, name));
  if (measure.count) return new Exact(records.length);
  const sum = (): Big => records.reduce((total, record) => total.plus(text(record)), new Exact(0));
  if (measure.sum) return sum();
  if (measure.avg) return records.length === 0 ? null : sum().div(records.length);
  if (measure.distinct) {
    const told = records.flatMap((record) =>
      names.length === 1 ? [read(record, name)].flat() : [JSON.stringify(names.map((one) => read(record, one)))],
    );
    return new Exact(new Set(told).size);
  }
  if (measure.items)
    return new Exact(
      records.reduce((total, record) => {
        const value = read(record, name);
        return total + (Array.isArray(value) ? value.length : splitList(String(value)).length);
      }, 0),
    );
  if (measure.groups) {
    const counts = new Map<string, number>();
    for (const record of records) {
      const group = JSON.stringify(names.map((one) => read(record, one)));
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const all = names.reduce((product, one) => product * new Set(records.map((record) => String(read(record, one)))).size, 1);
    const sizes = [...counts.values(), ...Array.from({ length: all - counts.size }, () => 0)];
    const { take, atLeast } = measure.groups;
    if (atLeast !== undefined) return new Exact(counts.size === 0 ? 0 : sizes.filter((size) => size >= atLeast).length);
    if (counts.size === 0) return null;
    return new Exact(take === "max" ? Math.max(...sizes) : Math.min(...sizes));
  }
  const number = isNumber(fieldOf(ledger, name));
  const typed = (value: string | undefined): Found => (value === undefined ? null : number ? new Exact(value) : value);
  if (measure.value) return new Set(records.map(text)).size > 1 ? null : typed(records.map(text)[0]);
  if (measure.latest) {
    const when = measure.date ?? ledger.date ?? "";
    const date = (record: Version): string => record.data[when] as string;
    return typed(records.toSorted((one, two) => order(date(two), date(one)) || order(one.id, two.id)).map(text)[0]);
  }
  const sorted = records.map(text).toSorted((one, two) => (number ? Number(one) - Number(two) : order(one, two)));
  return typed(measure.max ? sorted.at(-1) : sorted[0]);
}

const finish = ({ divide, round }: Pick<Measure, "divide" | "round">, found: Found): Found => {
  if (found === null || typeof found === "string") return found;
  const scaled = divide === undefined ? found : found.div(divide);
  return round === undefined ? scaled : scaled.round(round, 1);
};

function earlier(day: string): string {
  const before = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return before.slice(5) === "02-29" ? `${before.slice(0, 8)}28` : before;
}

/** The value of a figure, and the records behind it and its parts. */
export function answer(books: Books, key: string, asked: Asked): { value: Found; records: Version[] } {
  const records: Version[] = [];
  const one = (figure: FigureDefinition, period: Asked): Found => {
    const when: Asked = { ...period, from: figure.period?.from ?? period.from, to: figure.period?.to ?? period.to };
    const of = (operand: Operand, other: Asked = when): Found => {
      if (typeof operand === "string")
        return one(books.pack.figures.find((item) => item.key === operand) as FigureDefinition, other);
      const looked = measured(books, operand, operand.ledger ?? figure.ledger ?? "", figure.rollUp === "own", other);
      records.push(...looked.records);
      return finish(operand, looked.value);
    };
    const number = (operand: Operand, other?: Asked): Big | null => {
      const found = of(operand, other);
      if (typeof found !== "string") return found;
      return /^-?\d+(\.\d+)?$/.test(found) ? new Exact(found) : null;
    };
    const over = (first: Big | null, second: Big | null): Big | null =>
      first && second && !second.eq(0) ? first.div(second) : null;
    const risen = (ratio: Big | null): Big | null => ratio?.minus(1).times(100) ?? null;
    if (figure.ratio) {
      const [first, second] = [number(figure.ratio.of), number(figure.ratio.to)];
      return finish(figure, over(first, second)?.times(figure.ratio.percent ? 100 : 1) ?? null);
    }
    if (figure.growth) {
      const [now, base] = [number(figure.growth.now), number(figure.growth.base)];
      return finish(figure, risen(over(now, base)));
    }
    if (figure.yearOnYear !== undefined) {
      const [now, base] = [
        number(figure.yearOnYear),
        number(figure.yearOnYear, { ...when, from: earlier(when.from), to: earlier(when.to) }),
      ];
      return finish(figure, risen(over(now, base)));
    }
    if (figure.difference) {
      const [first, second] = [number(figure.difference.of), number(figure.difference.less)];
      return finish(figure, first && second ? first.minus(second) : null);
    }
    if (figure.total)
      return finish(
        figure,
        figure.total.reduce((sum, operand) => sum.plus(number(operand) ?? 0), new Exact(0)),
      );
    if (figure.days) {
      const [from, to] = [of(figure.days.from), of(figure.days.to)];
      return finish(figure, isDay(from) && isDay(to) ? new Exact(days(from, to)) : null);
    }
    const looked = measured(books, figure, figure.ledger ?? "", figure.rollUp === "own", when);
    records.push(...looked.records);
    return finish(figure, looked.value);
  };
  const value = one(books.pack.figures.find((figure) => figure.key === key) as FigureDefinition, asked);
  return { value, records: [...new Map(records.map((record) => [record.id, record])).values()] };
}
