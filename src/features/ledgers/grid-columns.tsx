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

interface Heads {
  isOpen: (name: string) => boolean;
  filterWord: string;
}

/** Shows in the heads how the list is ordered and filtered. Were that a part of the columns, the grid would draw every cell anew. */
export function markHeads(grid: HTMLElement, sort: string | undefined, order: string, filtered: readonly string[]): void {
  for (const head of grid.querySelectorAll<HTMLElement>(".grid-head")) {
    head.dataset["order"] = head.title === sort ? order : "";
    head.dataset["filtered"] = String(filtered.includes(head.title));
  }
}

/** The first two columns stay in view, if there is room. */
const frozen = 2;

export function columnsOf(campaign: string, ledger: Ledger, fields: readonly FieldDefinition[], heads: Heads): ColumnRegular[] {
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
      readonly: ({ model }) => !heads.isOpen(name) || (model as Row)["{entry}"] === undefined,
      ...editorOf(ledger, field),
      columnTemplate: (h: (...parts: unknown[]) => unknown) =>
        h("span", { class: "grid-head", title: name }, [
          h("span", { class: "grid-head-name" }, field.required ? `${name} *` : name),
          h(
            "button",
            {
              type: "button",
              tabindex: -1,
              // For the mouse; the same filter is reached above the sheet by keyboard and by who does not see it.
              "aria-hidden": "true",
              title: `${heads.filterWord} ${name}`,
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
            computed: !heads.isOpen(name),
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
