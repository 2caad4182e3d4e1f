/** Above the records: filters and order with what of them is in force, columns, views, how it is shown, out to Excel. */
import { Button, Checkbox, Drawer, Popover, Select, Space } from "antd";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Ledger } from "#web/api/definition.ts";
import { later } from "#web/ui/later.tsx";
import { useSmall } from "#web/ui/small.ts";
import { useSayings } from "#web/ui/use-sayings.ts";
import { useUnitNames } from "#web/ui/use-units.ts";
import type { Condition, Filter } from "./filter.types.ts";
import type { LedgerSearch } from "./search.types.ts";
import "./ledger-bar.css";
import { tidyFilter } from "./search.types.ts";

const FilterForm = later(async () => (await import("./FilterForm.tsx")).FilterForm);

interface Given {
  campaign: string;
  ledger: Ledger;
  search: LedgerSearch;
  change: (next: LedgerSearch) => void;
  /** The column whose filter is open; empty for the choice of one. */
  open: string | undefined;
  setOpen: (column: string | undefined) => void;
  children?: React.ReactNode;
}

export const filterable = (ledger: Ledger): FieldDefinition[] => ledger.fields.filter(({ type }) => type !== "serial");

export function LedgerBar({ campaign, ledger, search, change, open, setOpen, children }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const fields = filterable(ledger);
  const column = fields.find(({ name }) => name === open) ?? fields[0];
  const put = (name: string, condition: Condition | undefined): void => {
    setOpen(undefined);
    // The form goes at once, and in a turn of their own the rows change.
    setTimeout(() => change({ where: tidyFilter({ ...search.where, [name]: condition ?? {} }) }));
  };
  const form = column && (
    <div className="filter-panel">
      <Select
        aria-label={t("ledgers.filter.column")}
        showSearch
        style={{ width: "100%" }}
        value={column.name}
        options={fields.map(({ name }) => ({ value: name, label: name }))}
        onChange={setOpen}
      />
      <FilterForm
        key={column.name}
        campaign={campaign}
        ledger={ledger}
        field={column}
        condition={search.where?.[column.name]}
        apply={(condition) => put(column.name, condition)}
        order={search.sort === column.name ? (search.order ?? "asc") : undefined}
        sort={(order) => change({ sort: order && column.name, order: order === "desc" ? "desc" : undefined })}
      />
    </div>
  );
  const count = Object.keys(search.where ?? {}).length;
  const button = (
    <Button onClick={() => setOpen(open === undefined ? (fields[0]?.name ?? "") : undefined)}>
      {t("ledgers.filter.title")}
      {count > 0 && <span className="number"> {count}</span>}
    </Button>
  );
  return (
    <div className="ledger-bar">
      <Space wrap>
        {small ? (
          button
        ) : (
          <Popover
            trigger="click"
            placement="bottomLeft"
            destroyOnHidden
            open={open !== undefined}
            onOpenChange={(shown) => setOpen(shown ? (open ?? fields[0]?.name ?? "") : undefined)}
            content={form}
          >
            <Button>
              {t("ledgers.filter.title")}
              {count > 0 && <span className="number"> {count}</span>}
            </Button>
          </Popover>
        )}
        {small && (
          <Drawer
            title={t("ledgers.filter.title")}
            placement="bottom"
            size="80%"
            destroyOnHidden
            open={open !== undefined}
            onClose={() => setOpen(undefined)}
          >
            {form}
          </Drawer>
        )}
        <Columns ledger={ledger} chosen={search.columns} change={change} />
        {children}
      </Space>
      <InForce campaign={campaign} ledger={ledger} search={search} change={change} edit={setOpen} />
    </div>
  );
}

/** Which columns are shown. */
const Columns = memo(function Columns({
  ledger,
  chosen,
  change,
}: Pick<Given, "ledger" | "change"> & { chosen: LedgerSearch["columns"] }) {
  const { t } = useTranslation();
  const small = useSmall();
  const shown = shownColumns(ledger, { columns: chosen }).map(({ name }) => name);
  const choose = (names: string[]): void => {
    const ordered = ledger.fields.map(({ name }) => name).filter((name) => names.includes(name));
    if (ordered.length > 0) change({ columns: ordered });
  };
  return (
    <Popover
      trigger="click"
      placement={small ? "bottom" : "bottomLeft"}
      content={
        <div className="columns-panel">
          <Checkbox.Group
            className="filter-values"
            value={shown}
            options={ledger.fields.map(({ name }) => ({ value: name, label: name }))}
            onChange={choose}
          />
          <Button size="small" onClick={() => change({ columns: undefined })}>
            {t("ledgers.columns.official")}
          </Button>
        </div>
      }
    >
      <Button>{t("ledgers.columns.title")}</Button>
    </Popover>
  );
});

/** Columns as they are shown: those chosen, else those of the official form. */
export function shownColumns(ledger: Ledger, search: LedgerSearch): FieldDefinition[] {
  const wanted = search.columns ?? ledger.columns;
  const fields = wanted.flatMap((name) => ledger.fields.find((field) => field.name === name) ?? []);
  return fields.filter(({ type }) => type !== "serial");
}

/** The filters in force; each can be changed or taken away. */
function InForce({
  campaign,
  ledger,
  search,
  change,
  edit,
}: Pick<Given, "campaign" | "ledger" | "search" | "change"> & { edit: (name: string) => void }) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const without = (name: string): Filter | undefined => tidyFilter({ ...search.where, [name]: {} });
  const filters = Object.entries(search.where ?? {});
  const isUnit = (name: string): boolean =>
    ["unit", "organ"].includes(ledger.fields.find((field) => field.name === name)?.type ?? "");
  const units = filters.flatMap(([name, { is = [] }]) => (isUnit(name) ? is.filter((one) => typeof one === "number") : []));
  const names = useUnitNames(campaign, units);
  const days = search.from !== undefined || search.to !== undefined;
  if (filters.length === 0 && !days && search.sort === undefined && !search.deleted) return undefined;
  const words = (name: string, { contains, is, from, to, empty }: Condition): string => {
    const unit = isUnit(name);
    const shown = (one: string | number | boolean | null): string =>
      one === null ? t("ledgers.filter.empty") : (unit && names[String(one)]) || String(one);
    return [
      contains === undefined ? "" : t("ledgers.filter.containsWords", { text: contains }),
      is === undefined ? "" : is.map(shown).join("、"),
      from === undefined && to === undefined ? "" : `${from ?? ""}—${to ?? ""}`,
      empty === undefined ? "" : t(`ledgers.filter.${empty ? "empty" : "filled"}`),
    ]
      .filter((one) => one !== "")
      .join("，");
  };
  return (
    <div className="in-force">
      {search.deleted && <Chip words={t("ledgers.removal.list")} remove={() => change({ deleted: undefined })} />}
      {filters.map(([name, condition]) => (
        <Chip
          key={name}
          words={`${name}：${words(name, condition)}`}
          edit={() => edit(name)}
          remove={() => change({ where: without(name) })}
        />
      ))}
      {days && (
        <Chip
          words={`${t("period")}：${search.from ?? ""}—${search.to ?? ""}`}
          remove={() => change({ from: undefined, to: undefined })}
        />
      )}
      {search.sort !== undefined && (
        <Chip
          words={`${t("ledgers.order.title")}：${search.sort} ${search.order === "desc" ? "↓" : "↑"}`}
          edit={() => edit(search.sort ?? "")}
          remove={() => change({ sort: undefined, order: undefined })}
        />
      )}
      <Button
        size="small"
        type="text"
        onClick={() => {
          const { where, from, to, sort, order, deleted } = search;
          change({ where: undefined, from: undefined, to: undefined, sort: undefined, order: undefined, deleted: undefined });
          void message.info({
            key: "filters",
            content: (
              <Button type="link" size="small" onClick={() => change({ where, from, to, sort, order, deleted })}>
                {t("ledgers.filter.putBack")}
              </Button>
            ),
          });
        }}
      >
        {t("ledgers.filter.clearAll")}
      </Button>
    </div>
  );
}

function Chip({ words, edit, remove }: { words: string; edit?: () => void; remove: () => void }) {
  const { t } = useTranslation();
  return (
    <span className="condition">
      {edit ? (
        <button type="button" onClick={edit}>
          {words}
        </button>
      ) : (
        <span>{words}</span>
      )}
      <button type="button" aria-label={`${t("ledgers.filter.clear")} ${words}`} onClick={remove}>
        ×
      </button>
    </span>
  );
}
