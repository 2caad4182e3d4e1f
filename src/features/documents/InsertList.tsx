/** What can be inserted into a text: figures with their present value, lists and tables of ledgers, units by figures. */
import { useQuery } from "@tanstack/react-query";
import { Empty } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Definition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";

export type Insertion = { kind: "figure"; key: string } | { kind: "list" | "table" | "figures"; text: string };
export interface Choice {
  id: string;
  group: Insertion["kind"];
  name: string;
  value: string;
  insertion: Insertion;
}

interface Scope {
  campaign: string;
  unit: number;
  from: string;
  to: string;
}

type Ledger = Definition["ledgers"][number];

/** Columns that say most about an entry: those of the official form that are not long texts, the first few. */
const columnsOf = (ledger: Ledger): string[] => {
  const short = ledger.columns.filter((name) => {
    const field = ledger.fields.find((one) => one.name === name);
    return field && field.type !== "longtext";
  });
  return (short.length > 0 ? short : ledger.columns).slice(0, 5);
};

/** Where a ledger dates its entries, its list or table is of the document's period. */
const within = (ledger: Ledger): object => (ledger.date ? { where: { [ledger.date]: { from: "$from", to: "$to" } } } : {});
const tableOf = (ledger: Ledger): string =>
  JSON.stringify({
    title: ledger.title ?? ledger.name,
    ledger: ledger.key,
    columns: columnsOf(ledger),
    ...within(ledger),
    limit: 50,
  });
const listOf = (ledger: Ledger): string => {
  const [first = "编号", second] = columnsOf(ledger).filter((name) =>
    ledger.fields.some((field) => field.name === name && field.type === "text"),
  );
  return JSON.stringify({
    ledger: ledger.key,
    item: second ? `{${second}}` : `{${first}}`,
    join: "、",
    after: "。",
    ...within(ledger),
    limit: 50,
  });
};

/** Choices whose names hold what was typed: at most eight of a kind. */
export function useChoices(
  scope: Scope,
  definition: Definition,
  query: string,
  open: boolean,
): { choices: Choice[]; busy: boolean } {
  const { campaign, unit, from, to } = scope;
  const answer = useQuery({ ...reading("figures.ask", { campaign, unit, from, to }), enabled: open });
  const choices = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const holds = (...names: string[]): boolean => names.some((name) => name.toLowerCase().includes(wanted));
    const figures = (answer.data?.units[0]?.figures ?? [])
      .filter(({ key, name }) => holds(key, name))
      .slice(0, 8)
      .map(({ key, name, text }): Choice => ({
        id: `figure ${key}`,
        group: "figure",
        name,
        value: text,
        insertion: { kind: "figure", key },
      }));
    const ledgers = definition.ledgers.filter(({ key, name, may }) => may.includes("read") && holds(key, name));
    const several = (group: "list" | "table", specOf: (ledger: Ledger) => string): Choice[] =>
      ledgers.slice(0, wanted === "" ? 4 : 8).map((ledger) => ({
        id: `${group} ${ledger.key}`,
        group,
        name: ledger.name,
        value: "",
        insertion: { kind: group, text: specOf(ledger) },
      }));
    return [...figures, ...several("list", listOf), ...several("table", tableOf)];
  }, [answer.data, definition, query]);
  return { choices, busy: answer.isPending };
}

interface Given {
  choices: readonly Choice[];
  active: number;
  query: string;
  choose: (insertion: Insertion) => void;
}

export function InsertList({ choices, active, query, choose }: Given) {
  const { t } = useTranslation();
  if (choices.length === 0)
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("documents.insertNone", { text: query })} />;
  return (
    <ul className="insert-list" aria-label={t("documents.insertHelp")}>
      {choices.map(({ id, group, name, value, insertion }, i) => (
        <li key={id}>
          {choices[i - 1]?.group !== group && <div className="insert-group">{t(`documents.kinds.${group}`)}</div>}
          <button
            type="button"
            tabIndex={-1}
            aria-current={i === active}
            className="insert-choice"
            ref={i === active ? intoView : undefined}
            // The editor keeps the cursor.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(insertion)}
          >
            <span>{name}</span>
            <span className="number quiet">{value}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const intoView = (choice: HTMLElement | null): void => {
  choice?.scrollIntoView({ block: "nearest" });
};
