/** What a block from Excel would do, before it does it: rows changed and added, each fault at its cell. */
import { Alert, App, Button, Input, Modal, Select, Skeleton, Space, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { ask, send } from "#web/api/client.ts";
import type { Ledger } from "#web/api/definition.ts";
import { queries } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { PasteAt } from "./EntryGrid.tsx";
import { hasMerges, useRehearsal, type PasteJob, type Rehearsal } from "./paste-job.tsx";
import { csvOf, parseBlock, planColumns } from "./paste.types.ts";
import { isFilledIn } from "./shown-value.types.ts";
import { most, type Cell } from "./use-edits.tsx";
import type { Listing } from "./use-listing.tsx";

interface Given {
  campaign: string;
  ledger: Ledger;
  fields: readonly FieldDefinition[];
  unit: number;
  at: PasteAt;
  listing: Listing;
  /** Writes what is to be changed, so that it can be taken back. */
  edit: (cells: Cell[]) => Promise<void>;
  close: () => void;
}

/** The same fault of many rows is said once. */
function grouped(faults: Rehearsal["faults"]): (Rehearsal["faults"][number] & { count: number })[] {
  const groups = new Map<string, Rehearsal["faults"][number] & { count: number }>();
  for (const fault of faults) {
    const key = `${fault.column} ${fault.reason}`;
    groups.set(key, { ...fault, ...groups.get(key), count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()].slice(0, 50);
}

interface PreviewRow {
  key: number;
  cells: readonly string[];
}

export function PasteDialog({ campaign, ledger, fields, unit, at, listing, edit, close }: Given) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [block, setBlock] = useState(at);
  const [chosen, setChosen] = useState<Record<number, string | null>>({});
  const [over, setOver] = useState(true);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Error>();
  const open = [...fields, ...ledger.fields.filter((one) => !fields.includes(one))].filter((field) =>
    isFilledIn(field, ledger.stateField),
  );
  const all = parseBlock(block.text);
  const shownOpen = fields.filter((field) => isFilledIn(field, ledger.stateField));
  const plan = planColumns(
    all,
    all.length > 1 ? [...shownOpen, ...open.filter((one) => !shownOpen.includes(one))] : shownOpen,
    at.column,
  );
  const columns = plan.columns.map((name, index) => (index in chosen ? (chosen[index] ?? null) : name));
  const rows = plan.headed ? all.slice(1) : all;
  const existing = Math.max(0, Math.min(rows.length, (listing.total ?? 0) - at.row));
  const changing = over && existing > 0 && existing <= most ? existing : 0;
  const job: PasteJob = { campaign, ledger: ledger.key, unit, first: at.row, changing, columns, rows };
  const twice = columns.filter((name, index) => name !== null && columns.indexOf(name) !== index);
  const ready = rows.length > 0 && columns.some((name) => name !== null) && twice.length === 0;
  const { found, error: refused, busy: looking, again } = useRehearsal(ready ? job : undefined, listing);
  const commit = async (): Promise<void> => {
    if (!found) return;
    setBusy(true);
    setFailed(undefined);
    try {
      if (found.cells.length > 0) await edit(found.cells);
      if (found.addedRows.length > 0) await add(found.addedRows);
      close();
    } catch (error) {
      setFailed(error as Error);
    } finally {
      setBusy(false);
    }
  };
  const add = async (good: readonly (readonly string[])[]): Promise<void> => {
    const file = new File([csvOf(columns, good)], t("ledgers.paste.file", { ledger: ledger.name }), { type: "text/csv" });
    const done = await send("exchange.import", { campaign, ledger: ledger.key, unit, goodRows: true }, file);
    await listing.refresh();
    await queries.invalidateQueries();
    void message.open({
      key: done.importId,
      type: "success",
      duration: 10,
      content: (
        <Space>
          {t("ledgers.paste.added", { count: done.added })}
          <Button
            type="link"
            size="small"
            onClick={() =>
              void ask("exchange.undo", { campaign, import: done.importId }).then(
                async ({ deleted }) => {
                  await listing.refresh();
                  await queries.invalidateQueries();
                  void message.success({ key: done.importId, content: t("ledgers.paste.takenBack", { count: deleted }) });
                },
                (error: Error) => void message.error(error.message),
              )
            }
          >
            {t("ledgers.undo")}
          </Button>
        </Space>
      ),
    });
  };
  const words = found && t("ledgers.paste.would", { added: found.added, changed: found.changed, same: found.same });
  return (
    <Modal
      open
      width="min(1100px, 96vw)"
      title={t("ledgers.paste.title", { ledger: ledger.name })}
      onCancel={close}
      mask={{ closable: false }}
      footer={
        all.length > 0 && (
          <Space wrap>
            <output className="quiet">{words}</output>
            <Button onClick={close}>{t("cancel")}</Button>
            <Button
              type="primary"
              loading={busy}
              disabled={!found || found.added + found.changed === 0}
              onClick={() => void commit()}
            >
              {t(found && found.faults.length > 0 ? "ledgers.paste.goGood" : "ledgers.paste.go")}
            </Button>
          </Space>
        )
      }
    >
      {all.length === 0 && (
        <Input.TextArea
          rows={6}
          aria-label={t("ledgers.paste.here")}
          placeholder={t("ledgers.paste.here")}
          value={block.text}
          onPaste={(event) => {
            event.preventDefault();
            const data = event.clipboardData;
            setBlock({ ...block, text: data.getData("text/plain"), html: data.getData("text/html") });
          }}
          onChange={(event) => setBlock({ ...block, text: event.target.value })}
        />
      )}
      <Space orientation="vertical" size={10} style={{ width: "100%" }}>
        {hasMerges(block.html) && <Alert type="warning" showIcon title={t("ledgers.paste.merged")} />}
        {twice.length > 0 && (
          <Alert type="error" showIcon title={t("ledgers.paste.twice", { field: [...new Set(twice)].join("、") })} />
        )}
        {columns.includes(null) && (
          <Alert
            type="warning"
            showIcon
            title={t("ledgers.paste.leftOut", { count: columns.filter((name) => name === null).length })}
          />
        )}
        {existing > 0 && (
          <Select
            aria-label={t("ledgers.paste.how")}
            style={{ width: 360, maxWidth: "100%" }}
            value={changing > 0}
            options={[
              ...(existing <= most
                ? [{ value: true, label: t("ledgers.paste.over", { row: at.row + 1, count: existing }) }]
                : []),
              { value: false, label: t("ledgers.paste.asNew", { count: rows.length }) },
            ]}
            onChange={setOver}
          />
        )}
        {(failed ?? refused) && <Wrong error={(failed ?? refused) as Error} retry={again} />}
        {looking && <Skeleton active paragraph={{ rows: 2 }} />}
        {found && found.faults.length > 0 && (
          <Alert
            type="error"
            role="alert"
            title={t("ledgers.paste.faults", { count: found.faults.length })}
            description={
              <ul className="paste-faults">
                {grouped(found.faults).map(({ row, column, reason, count }) => (
                  <li key={`${column} ${reason}`}>
                    {t("ledgers.paste.fault", { row: row + 1, column: column ?? "", reason })}
                    {count > 1 && t("ledgers.paste.andMore", { count })}
                  </li>
                ))}
              </ul>
            }
          />
        )}
        {all.length > 0 && (
          <Table<PreviewRow>
            size="small"
            bordered
            scroll={{ x: "max-content", y: 340 }}
            pagination={{ pageSize: 100, hideOnSinglePage: true, showSizeChanger: false }}
            dataSource={rows.map((cells, key) => ({ key, cells }))}
            columns={[
              {
                title: t("ledgers.paste.row"),
                className: "number",
                width: 90,
                render: (_, { key }) => `${key + 1} ${found ? t(`ledgers.paste.kinds.${found.kinds[key] ?? "same"}`) : ""}`,
              },
              ...columns.map((name, index) => ({
                key: index,
                width: 190,
                title: (
                  <Select
                    size="small"
                    showSearch
                    aria-label={t("ledgers.paste.column", { number: index + 1 })}
                    style={{ width: 166 }}
                    value={name ?? ""}
                    options={[
                      { value: "", label: t("ledgers.paste.leaveOut") },
                      ...open.map((field) => ({ value: field.name, label: field.name })),
                    ]}
                    onChange={(next) => setChosen({ ...chosen, [index]: next === "" ? null : next })}
                  />
                ),
                onCell: ({ key }: PreviewRow) => {
                  const fault = found?.faults.find((one) => one.row === key && (one.column === name || one.column === null));
                  return fault ? { className: "paste-fault", title: fault.reason } : { className: name === null ? "quiet" : "" };
                },
                render: (_: unknown, { cells }: PreviewRow) => cells[index],
              })),
            ]}
          />
        )}
      </Space>
    </Modal>
  );
}
