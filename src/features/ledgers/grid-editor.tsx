/** The input in a cell: free text that the server reads as it reads Excel, with the known values offered. */
import type { ColumnRegular, Editors } from "@revolist/react-datagrid";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Ledger } from "#web/api/definition.ts";
import { offeredUnits } from "./OfferedUnits.tsx";

interface Making {
  (tag: string, attributes: Record<string, unknown>): unknown;
}

/** The id of the list of values that a field offers; the page draws the lists. */
export const listOf = (ledger: Ledger, field: FieldDefinition): { id: string; values: readonly string[] } | undefined => {
  const id = `offered-${ledger.fields.indexOf(field)}`;
  if (field.type === "boolean") return { id, values: ["是", "否"] };
  if (field.type === "unit" || field.type === "organ") return { id: offeredUnits, values: [] };
  return field.type === "choice" && field.values ? { id, values: field.values } : undefined;
};

export const editorOf = (ledger: Ledger, field: FieldDefinition): Partial<ColumnRegular> => {
  const list = listOf(ledger, field);
  return { editor: "cell", ...(list ? { offered: list.id } : {}) };
};

export const editors: Editors = {
  cell: (column, save, close) => {
    let input: HTMLInputElement | null = null;
    const editor = {
      element: null as Element | null,
      editCell: undefined as { val?: unknown; model?: Record<string, unknown>; prop?: string | number } | undefined,
      componentDidRender() {
        // After the grid has put its own focus.
        setTimeout(() => input?.focus());
      },
      getValue: () => input?.value,
      beforeDisconnect: () => input?.blur(),
      appendPendingInput(typed: string) {
        if (!input) return false;
        input.value += typed;
        return true;
      },
      render: (h: Making) =>
        h("input", {
          type: "text",
          class: "cell-input",
          "aria-label": String(column.prop),
          list: (column as { offered?: string }).offered,
          autocomplete: "off",
          value: editor.editCell?.val ?? editor.editCell?.model?.[editor.editCell.prop ?? ""] ?? "",
          ref: (element: HTMLInputElement | null) => (input = element),
          onKeyDown: (event: KeyboardEvent) => {
            // While characters are being composed, Enter chooses one of them.
            if (event.isComposing) return;
            if (event.key === "Enter" || event.key === "Tab") save(input?.value ?? "", event.key === "Tab");
            else if (event.key === "Escape") close(false);
          },
        }),
    };
    return editor as never;
  },
};
