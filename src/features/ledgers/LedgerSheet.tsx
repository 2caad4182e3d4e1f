/** The grid with what it needs: rows as they come, edits, what could not be saved, clashes, pasting. */
import { Alert, Button, Skeleton, Space } from "antd";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Input } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { useDraft } from "#web/api/use-draft.ts";
import { DraftOffer } from "#web/ui/DraftOffer.tsx";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { later } from "#web/ui/later.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { PasteAt } from "./EntryGrid.tsx";
import { listOf } from "./grid-editor.tsx";
import type { LedgerSearch } from "./search.types.ts";
import { OfferedUnits } from "./OfferedUnits.tsx";
import { useEdits, type Cell } from "./use-edits.tsx";
import { useListing, type Listing } from "./use-listing.tsx";

// The grid is half as heavy as all the rest: loaded when it is first looked at.
const EntryGrid = later(async () => (await import("./EntryGrid.tsx")).EntryGrid, <Skeleton active paragraph={{ rows: 12 }} />);
const PasteDialog = later(async () => (await import("./PasteDialog.tsx")).PasteDialog);
const ConflictDialog = later(async () => (await import("./ConflictDialog.tsx")).ConflictDialog);

interface Given {
  campaign: string;
  ledger: Ledger;
  fields: readonly FieldDefinition[];
  input: Input<"ledgers.list">;
  search: LedgerSearch;
  change: (next: LedgerSearch) => void;
  openFilter: (column: string) => void;
  open: (entry: string) => void;
  onList: (listing: Listing) => void;
  unit: number;
  /** Whether a block is to be pasted as new records. */
  pasting: boolean;
  stopPasting: () => void;
}

export function LedgerSheet({
  campaign,
  ledger,
  fields,
  input,
  search,
  change,
  openFilter,
  open,
  onList,
  unit,
  pasting,
  stopPasting,
}: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const draw = useRef(() => undefined as void);
  const drawn = useCallback(() => draw.current(), []);
  const onDraw = useCallback((next: () => void): void => void (draw.current = next), []);
  const listing = useListing(input, ledger, drawn);
  const edits = useEdits({
    campaign,
    ledger: ledger.key,
    listing,
    drawn,
    tell: (kind, words) => void message.open({ type: kind, content: words, duration: kind === "success" ? 3 : 6 }),
  });
  const draft = useDraft<Cell[]>(campaign, `grid/${ledger.key}`);
  const { unsaved } = edits;
  const hadUnsaved = useRef(false);
  useEffect(() => {
    if (unsaved.length > 0) draft.keep(unsaved);
    else if (hadUnsaved.current) void draft.drop();
    hadUnsaved.current = unsaved.length > 0;
    // The draft follows what is unsaved.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [unsaved]);
  useEffect(() => onList(listing));
  const [clash] = edits.clashes;
  const [block, setBlock] = useState<PasteAt>();
  const pasted = block ?? (pasting ? { text: "", html: "", row: listing.total ?? 0, column: fields[0]?.name ?? "" } : undefined);
  const filtered = useMemo(() => Object.keys(search.where ?? {}), [search.where]);
  return (
    <div className="ledger-sheet">
      {listing.error && <Wrong error={listing.error} retry={listing.retry} />}
      <DraftOffer draft={draft} take={(one) => void edits.apply(draft.take(one))} />
      {listing.moved && (
        <Alert
          type="info"
          style={{ marginBottom: 8 }}
          title={t("ledgers.grid.moved")}
          action={<Button onClick={() => void listing.refresh()}>{t("ledgers.grid.refresh")}</Button>}
        />
      )}
      {unsaved.length > 0 && (
        <Alert
          type="warning"
          role="alert"
          style={{ marginBottom: 8 }}
          title={t("ledgers.grid.unsaved", { count: unsaved.length })}
          action={
            <Space>
              <Button onClick={() => void edits.retry()}>{t("retry")}</Button>
            </Space>
          }
        />
      )}
      {listing.pending ? (
        <Skeleton active paragraph={{ rows: 12 }} />
      ) : listing.total === 0 ? (
        <EmptyState
          title={t(search.where ? "ledgers.noneFound" : "ledgers.noneYet")}
          next={t(search.where ? "ledgers.loosen" : "ledgers.empty")}
        />
      ) : (
        <EntryGrid
          campaign={campaign}
          ledger={ledger}
          fields={fields}
          listing={listing}
          sort={search.sort}
          order={search.order ?? "asc"}
          filtered={filtered}
          onSort={(column) => {
            // Nothing is in order by what nobody reads.
            if (!fields.find(({ name }) => name === column)?.encrypted) change(nextOrder(search, column));
          }}
          onFilter={openFilter}
          onOpen={open}
          onEdit={(cells) => void edits.apply(cells)}
          onUndo={edits.undo}
          onPaste={(at) => {
            const row = listing.rows[at.row];
            const entry = row?.["{entry}"]?.id;
            const single = at.text.replace(/\r?\n$/, "");
            if (entry !== undefined && !/[\t\n]/.test(single))
              void edits.apply([{ entry, column: at.column, text: single.trim() }]);
            else setBlock(at);
          }}
          onDraw={onDraw}
        />
      )}
      {ledger.fields.map((field) => {
        const list = listOf(ledger, field);
        return (
          list &&
          list.values.length > 0 && (
            <datalist key={field.name} id={list.id}>
              {list.values.map((value) => (
                <option key={value}>{value}</option>
              ))}
            </datalist>
          )
        );
      })}
      <OfferedUnits campaign={campaign} />
      {pasted && (
        <PasteDialog
          campaign={campaign}
          ledger={ledger}
          fields={fields}
          unit={unit}
          at={pasted}
          listing={listing}
          edit={edits.apply}
          close={() => {
            setBlock(undefined);
            stopPasting();
          }}
        />
      )}
      {clash && (
        <ConflictDialog
          key={clash.entry}
          campaign={campaign}
          ledger={ledger}
          entry={clash.entry}
          mine={clash.mine}
          settle={(mine, now, names) =>
            void edits.settle(clash, Object.fromEntries(mine.map((name) => [name, clash.mine[name] ?? ""])), now, names)
          }
          cancel={() => edits.postpone(clash)}
        />
      )}
    </div>
  );
}

/** Up, down, as it was. */
function nextOrder({ sort, order }: LedgerSearch, column: string): LedgerSearch {
  if (sort !== column) return { sort: column, order: undefined };
  return order === "desc" ? { sort: undefined, order: undefined } : { sort, order: "desc" };
}
