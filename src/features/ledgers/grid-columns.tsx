/** The grid's columns from the ledger's fields: head with order and filter, widths kept, cells as they are read. */
import type { ColumnRegular } from "@revolist/react-datagrid";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Ledger } from "#web/api/definition.ts";
import { editorOf } from "./grid-editor.tsx";
import type { Row } from "./use-listing.tsx";

const usual: Partial<Record<FieldDefinition["type"], number>> = {
  longtext: 280,
  integer: 96,
  decimal: 96,
  date: 116,
  month: 96,
  time: 88,
  period: 190,
  boolean: 96,
  unit: 190,
  organ: 170,
  person: 100,
  people: 200,
};

const place = (campaign: string, ledger: string): string => `yibenzhang.widths/${campaign}/${ledger}`;

function widthsOf(campaign: string, ledger: string): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(place(campaign, ledger)) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}

export function keepWidths(campaign: string, ledger: string, columns: readonly ColumnRegular[]): void {
  const sizes = Object.fromEntries(columns.map(({ prop, size }) => [prop, size]));
  try {
    localStorage.setItem(place(campaign, ledger), JSON.stringify({ ...widthsOf(campaign, ledger), ...sizes }));
  } catch {
    // A browser that keeps nothing shows the usual widths.
  }
}

/** Cells hold what people read. */
export const wordOf = (shown: unknown): string => (typeof shown === "string" ? shown : "");

/** What the heads show of the list: its order, and the columns by which it is filtered. */
export interface Heads {
  sort: string | undefined;
  order: "asc" | "desc";
  filtered: readonly string[];
}

interface Given {
  isOpen: (name: string) => boolean;
  /** As they are now: a change of them is no change of the columns, for which the grid would draw every cell anew. */
  heads: () => Heads;
  filterWord: string;
}

const marksOf = ({ sort, order, filtered }: Heads, column: string) => ({
  "data-order": sort === column ? order : "",
  "data-filtered": String(filtered.includes(column)),
});

/** Shows in heads that are drawn already what has become of order and filters. */
export function markHeads(grid: HTMLElement, heads: Heads): void {
  for (const head of grid.querySelectorAll<HTMLElement>(".grid-head"))
    for (const [name, value] of Object.entries(marksOf(heads, head.title))) head.setAttribute(name, value);
}

/** The first two columns stay in view, if there is room. */
const frozen = 2;

export function columnsOf(campaign: string, ledger: Ledger, fields: readonly FieldDefinition[], given: Given): ColumnRegular[] {
  const kept = widthsOf(campaign, ledger.key);
  return fields.map((field, index): ColumnRegular => {
    const { name, type } = field;
    const number = type === "integer" || type === "decimal";
    const size = kept[name] ?? Math.max(usual[type] ?? 150, Math.min(name.length * 15 + 80, 240));
    return {
      prop: name,
      name,
      size,
      minSize: 60,
      ...(index < frozen && fields.length > 3 ? { pin: "colPinStart" as const } : {}),
      readonly: ({ model }) => !given.isOpen(name) || (model as Row)["{entry}"] === undefined,
      ...editorOf(ledger, field),
      columnTemplate: (h: (...parts: unknown[]) => unknown) =>
        h("span", { class: "grid-head", title: name, ...marksOf(given.heads(), name) }, [
          h("span", { class: "grid-head-name" }, field.required ? `${name} *` : name),
          h(
            "button",
            {
              type: "button",
              tabindex: -1,
              // For the mouse; the same filter is reached above the sheet by keyboard and by who does not see it.
              "aria-hidden": "true",
              title: `${given.filterWord} ${name}`,
              "data-column": name,
            },
            "▾",
          ),
        ]),
      cellProperties: ({ model }) => {
        const row = model as Row;
        const fault = row["{faults}"]?.[name];
        return {
          class: {
            number,
            computed: !given.isOpen(name),
            fault: fault !== undefined,
            busy: row["{busy}"]?.has(name) === true,
          },
          ...(fault === undefined ? {} : { title: fault, "aria-invalid": "true" }),
        };
      },
      cellTemplate: (h: (...parts: unknown[]) => unknown, { model }: { model: Row }) =>
        model["{entry}"] ? wordOf(model[name]) : h("span", { class: "waiting" }),
    };
  });
}
