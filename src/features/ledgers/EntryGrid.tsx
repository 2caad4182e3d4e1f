/** The records as a sheet: scrolled through in any number, edited in place with the keyboard, pasted into. */
import { RevoGrid, type ColumnRegular } from "@revolist/react-datagrid";
import { useCallback, useEffect, useEffectEvent, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Ledger } from "#web/api/definition.ts";
import { columnsOf, keepWidths, markHeads, wordOf } from "./grid-columns.tsx";
import { editors } from "./grid-editor.tsx";
import { isFilledIn } from "./shown-value.types.ts";
import type { Cell } from "./use-edits.tsx";
import type { Listing, Row } from "./use-listing.tsx";
import "./grid.css";

type Grid = HTMLRevoGridElement;
const rowHeight = 34;

/** Where a block from the clipboard is to go: its first cell. */
export interface PasteAt {
  text: string;
  html: string;
  row: number;
  column: string;
}

interface Given {
  campaign: string;
  ledger: Ledger;
  fields: readonly FieldDefinition[];
  listing: Listing;
  sort: string | undefined;
  order: "asc" | "desc";
  filtered: readonly string[];
  onSort: (column: string) => void;
  onFilter: (column: string) => void;
  onOpen: (entry: string) => void;
  onEdit: (cells: Cell[]) => void;
  onUndo: () => void;
  onPaste: (at: PasteAt) => void;
  /** Given the function that draws again what has changed in place. */
  onDraw: (draw: () => void) => void;
}

interface Area {
  first: number;
  last: number;
  columns: string[];
}

export function EntryGrid(given: Given) {
  const { t } = useTranslation();
  const { campaign, ledger, fields, listing, sort, order, filtered, onDraw } = given;
  const grid = useRef<Grid>(null);
  const lastKey = useRef<Event>(undefined);
  const began = useRef<{ entry: string; version: number }>(undefined);
  const mayEdit = ledger.may.includes("edit");
  const isOpen = useCallback(
    (name: string): boolean =>
      mayEdit && ledger.fields.some((field) => field.name === name && isFilledIn(field, ledger.stateField)),
    [ledger, mayEdit],
  );
  const columns = useMemo(
    () => columnsOf(campaign, ledger, fields, { isOpen, filterWord: t("ledgers.filter.title") }),
    [campaign, ledger, fields, isOpen, t],
  );
  const mark = useEffectEvent((): void => {
    if (grid.current) markHeads(grid.current, sort, order, filtered);
  });
  useEffect(() => mark());
  const rowHeaders = useMemo(() => rowNumbers(t("ledgers.open")), [t]);
  const draw = useEffectEvent(async (): Promise<void> => {
    // The grid has copied the list; what has come and gone since is put there, too.
    const source = await grid.current?.getSource();
    const { rows } = listing;
    if (source?.length !== rows.length) return;
    for (const [index, row] of rows.entries()) source[index] = row;
    await grid.current?.refresh("rgRow");
  });
  useEffect(() => {
    let frame = 0;
    onDraw(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => void draw());
    });
  }, [onDraw]);
  const names = fields.map(({ name }) => name);
  /** The cells that are marked, or the one with the focus. */
  const area = async (): Promise<Area | undefined> => {
    const range = await grid.current?.getSelectedRange();
    if (!range) return undefined;
    const own = await grid.current?.getColumns();
    const inside = (own ?? []).filter(({ pin }) => (pin ?? "rgCol") === range.colType).map(({ prop }) => String(prop));
    return { first: range.y, last: range.y1, columns: inside.slice(range.x, range.x1 + 1) };
  };
  const cellsIn = (where: Area, text: (row: Row, column: string) => unknown): Cell[] => {
    const cells: Cell[] = [];
    for (let index = where.first; index <= where.last; index++) {
      const row = listing.rows[index];
      const entry = row?.["{entry}"]?.id;
      if (!row || entry === undefined) continue;
      for (const column of where.columns.filter(isOpen)) cells.push({ entry, column, text: wordOf(text(row, column)) });
    }
    return cells;
  };
  const shortcut = async (event: KeyboardEvent): Promise<void> => {
    const focused = await grid.current?.getFocused();
    const where = await area();
    if (!focused || !where) return;
    if (event.key === "F2" || event.key === "Process")
      await grid.current?.setCellEdit(focused.cell.y, focused.column?.prop ?? "");
    else if (event.key === "Delete" || event.key === "Backspace") given.onEdit(cellsIn(where, () => ""));
    else if (event.key === "Enter") {
      const entry = listing.rows[focused.cell.y]?.["{entry}"];
      if (entry) given.onOpen(entry.id);
    } else if (event.key === "z") given.onUndo();
    else if (event.key === "d") {
      // The first row of what is marked goes down; of a single row, what stands above it.
      const from = where.first === where.last ? where.first - 1 : where.first;
      const source = listing.rows[from];
      if (source) given.onEdit(cellsIn({ ...where, first: from + 1 }, (_, column) => source[column]));
    }
  };
  /**
   * Moves the focus, or with `extend` the other end of what is marked. The grid's own keys do so a moment later, when the
   * next key may have been pressed: what is typed would go into the wrong cell.
   */
  const go = async (x: number, y: number, extend: boolean): Promise<void> => {
    const focused = await grid.current?.getFocused();
    const range = await grid.current?.getSelectedRange();
    if (!focused || !range) return;
    const { cell, colType } = focused;
    const pinned = columns.filter(({ pin }) => pin !== undefined).length;
    const within = (value: number, count: number): number => Math.max(0, Math.min(value, count - 1));
    const row = (from: number): number => within(from + y, listing.rows.length);
    if (extend) {
      const count = colType === "rgCol" ? columns.length - pinned : pinned;
      const end = { x: range.x === cell.x ? range.x1 : range.x, y: range.y === cell.y ? range.y1 : range.y };
      return grid.current?.setCellsFocus(cell, { x: within(end.x + x, count), y: row(end.y) }, colType, "rgRow");
    }
    const column = within(cell.x + x + (colType === "rgCol" ? pinned : 0), columns.length);
    const to = { x: column < pinned ? column : column - pinned, y: row(cell.y) };
    return grid.current?.setCellsFocus(to, to, column < pinned ? "colPinStart" : "rgCol", "rgRow");
  };
  const onKey = useEffectEvent((event: CustomEvent<{ original: KeyboardEvent }>): void => {
    const { original } = event.detail;
    if ((original.target as HTMLElement).matches("input, textarea")) return;
    // Each part of the grid (head, frozen columns, …) tells of the same key.
    const again = lastKey.current === original;
    lastKey.current = original;
    const control = original.ctrlKey || original.metaKey;
    const step = original.key === "Tab" ? (original.shiftKey ? [-1, 0] : [1, 0]) : steps[original.key];
    if (step && !control) {
      event.preventDefault();
      original.preventDefault();
      return again ? undefined : void go(step[0] ?? 0, step[1] ?? 0, original.shiftKey && original.key !== "Tab");
    }
    const mine = control
      ? ["z", "d", "Enter"].includes(original.key)
      : ["F2", "Delete", "Backspace", "Process"].includes(original.key);
    if (!mine) return;
    event.preventDefault();
    if (original.key !== "Process") original.preventDefault();
    if (!again) void shortcut(original);
  });
  const onPaste = useEffectEvent((event: CustomEvent<{ event: ClipboardEvent }>): void => {
    event.preventDefault();
    event.detail.event.preventDefault();
    const { clipboardData } = event.detail.event;
    const text = clipboardData?.getData("text/plain") ?? "";
    const html = clipboardData?.getData("text/html") ?? "";
    void area().then(
      (where) => where && given.onPaste({ text, html, row: where.first, column: where.columns[0] ?? names[0] ?? "" }),
    );
  });
  // What is typed goes the way of all edits, so that it is checked, sent and can be taken back.
  const onSave = useEffectEvent((event: CustomEvent<Saved>): void => {
    event.preventDefault();
    const { prop, val, model, data = {} } = event.detail;
    const entry = model?.["{entry}"];
    const begun = began.current?.entry === entry?.id ? began.current?.version : undefined;
    if (entry && prop !== undefined) given.onEdit([{ entry: entry.id, column: prop, text: wordOf(val).trim(), version: begun }]);
    const cells = Object.entries(data).flatMap(([index, changed]) => {
      const id = listing.rows[Number(index)]?.["{entry}"]?.id;
      const open = Object.entries(changed).filter(([column]) => isOpen(column));
      return id === undefined ? [] : open.map(([column, text]) => ({ entry: id, column, text: wordOf(text) }));
    });
    if (cells.length > 0) given.onEdit(cells);
  });
  const onHead = useEffectEvent((event: CustomEvent<{ column: ColumnRegular; originalEvent: MouseEvent }>): void => {
    event.preventDefault();
    if (!(event.detail.originalEvent.target as HTMLElement).closest("button")) given.onSort(String(event.detail.column.prop));
  });
  const onClick = useEffectEvent((event: MouseEvent): void => {
    const { column, row } = (event.target as HTMLElement).closest<HTMLElement>("[data-column], [data-row]")?.dataset ?? {};
    if (column !== undefined) given.onFilter(column);
    const entry = row === undefined ? undefined : listing.rows[Number(row)]?.["{entry}"];
    if (entry) given.onOpen(entry.id);
  });
  const onResize = useEffectEvent(({ detail }: CustomEvent<Record<number, ColumnRegular>>): void =>
    keepWidths(campaign, ledger.key, Object.values(detail)),
  );
  const look = useEffectEvent((top: number, height: number): void => {
    const first = Math.floor(top / rowHeight);
    listing.ensure(first, first + Math.ceil(height / rowHeight) + 1);
  });
  useEffect(() => {
    const at = grid.current;
    if (!at) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const on = (name: string, act: (event: never) => void): void =>
      at.addEventListener(name, act as never, { signal: stop.signal });
    on("viewportscroll", ({ detail }: CustomEvent<{ dimension: string; coordinate: number }>) => {
      if (detail.dimension !== "rgRow") return;
      clearTimeout(timer);
      timer = setTimeout(() => look(detail.coordinate, at.clientHeight), 60);
    });
    on("afterheaderrender", () => mark());
    on("beforekeydown", (event: never) => onKey(event));
    on("beforepaste", (event: never) => onPaste(event));
    on("beforeeditstart", ({ detail }: CustomEvent<{ model?: Row }>) => {
      const entry = detail.model?.["{entry}"];
      began.current = entry && { entry: entry.id, version: entry.version };
    });
    on("beforeedit", (event: never) => onSave(event));
    on("beforerangeedit", (event: never) => onSave(event));
    on("beforeheaderclick", (event: never) => onHead(event));
    on("aftercolumnresize", (event: never) => onResize(event));
    on("click", (event: never) => onClick(event));
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, []);
  return (
    <RevoGrid
      ref={grid}
      className="entry-grid"
      theme="compact"
      source={listing.rows}
      columns={columns}
      editors={editors}
      rowSize={rowHeight}
      rowHeaders={rowHeaders}
      range
      resize
      readonly={!mayEdit}
      applyOnClose
      filter={false}
      exporting={false}
      canMoveColumns={false}
      canDrag={false}
      hideAttribution
      frameSize={2}
    />
  );
}

const steps: Readonly<Record<string, readonly number[]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  PageUp: [0, -20],
  PageDown: [0, 20],
};

/** What the grid would write: one cell, or by row number and column. */
interface Saved {
  prop?: string;
  val?: unknown;
  model?: Row;
  data?: Record<number, Record<string, unknown>>;
}

/** The number of a row, which opens its record. */
const rowNumbers = (word: string) => ({
  prop: "{number}",
  size: 56,
  cellTemplate: (h: (...parts: unknown[]) => unknown, { rowIndex }: { rowIndex: number }) =>
    h(
      "button",
      {
        type: "button",
        class: "row-number",
        tabindex: -1,
        title: word,
        "aria-label": `${word} ${rowIndex + 1}`,
        "data-row": String(rowIndex),
      },
      String(rowIndex + 1),
    ),
});
