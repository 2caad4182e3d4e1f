/** 台账: the ledgers that one may read, and the records of one of them. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Empty, Segmented, Select, Skeleton } from "antd";
import { memo, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile } from "#web/api/client.ts";
import { useDefinition, type Ledger } from "#web/api/definition.ts";
import { keepFile } from "#web/ui/keep-file.ts";
import { later } from "#web/ui/later.tsx";
import { PageHead } from "#web/ui/PageHead.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { LedgerBar, shownColumns } from "./LedgerBar.tsx";
import { LedgerSheet } from "./LedgerSheet.tsx";
import "./ledgers.css";
import { askedFor, type LedgerSearch } from "./search.types.ts";
import type { Listing } from "./use-listing.tsx";
import { mayLeaveWhole, needsReason } from "./ledgers.types.ts";
import { ViewsMenu } from "./ViewsMenu.tsx";

const TakeOut = later(async () => (await import("./TakeOut.tsx")).TakeOut);
const EntryDrawer = later(async () => (await import("./EntryDrawer.tsx")).EntryDrawer);
const EntryTable = later(async () => (await import("./EntryTable.tsx")).EntryTable, <Skeleton active paragraph={{ rows: 12 }} />);

const none: readonly Ledger[] = [];

export function LedgersPage() {
  const { t } = useTranslation();
  const small = useSmall();
  const { campaign } = useParams({ from: "/c/$campaign/ledgers" });
  // The page follows its address in small steps: what is typed or clicked meanwhile goes first.
  const search = useDeferredValue(useSearch({ from: "/c/$campaign/ledgers" }));
  const navigate = useNavigate({ from: "/c/$campaign/ledgers" });
  const definition = useDefinition(campaign);
  const ledgers = definition.data?.ledgers ?? none;
  const ledger = ledgers.find(({ key }) => key === search.ledger) ?? ledgers[0];
  const unit = search.unit ?? definition.data?.unit ?? 0;
  const page = search.page ?? 1;
  const [filtering, setFiltering] = useState<string>();
  const [pasting, setPasting] = useState(false);
  const [sayingWhy, setSayingWhy] = useState(false);
  const [total, setTotal] = useState<number>();
  const neighbour = useRef<(entry: string, step: number) => string | undefined>(() => undefined);
  const again = useRef<(() => unknown) | undefined>(undefined);
  const change = useCallback(
    (next: LedgerSearch): void => void navigate({ search: (old) => ({ ...old, page: undefined, ...next }) }),
    [navigate],
  );
  const open = (entry: string): void => change({ entry, page: search.page });
  const fields = useMemo(
    () => (ledger ? shownColumns(ledger, { columns: search.columns }) : []),
    // The address is parsed anew at every change of it.
    // oxlint-disable-next-line react/exhaustive-deps
    [ledger, JSON.stringify(search.columns)],
  );
  const input = { campaign, ledger: ledger?.key ?? "", unit, ...askedFor(search) };
  const out = useMutation({
    mutationFn: ({ reason = "", clear = false }: { reason?: string; clear?: boolean }) =>
      fetchFile("exchange.export", {
        ...input,
        ...(reason === "" ? {} : { reason }),
        ...(clear ? { clear } : {}),
        ...(search.columns === undefined ? {} : { columns: JSON.stringify(search.columns) }),
      }),
    onSuccess: ({ content, name }) => {
      keepFile(content, name);
      setSayingWhy(false);
    },
  });
  const takeOut = (): void => {
    out.reset();
    if (ledger && (needsReason(ledger) || mayLeaveWhole(ledger))) setSayingWhy(true);
    else out.mutate({});
  };
  const onTable = useCallback((count: number | undefined, ids: readonly string[]): void => {
    setTotal(count);
    neighbour.current = (entry, step) => (ids.includes(entry) ? ids[ids.indexOf(entry) + step] : undefined);
    again.current = undefined;
  }, []);
  const onSheet = useCallback((listing: Listing): void => {
    setTotal(listing.total);
    neighbour.current = listing.neighbour;
    again.current = listing.refresh;
  }, []);
  const filtered = [search.where, search.from, search.to, search.state].some((one) => one !== undefined);
  // What is deleted is looked at and restored, but not typed into.
  const sheet = !small && search.as !== "table" && !search.deleted;
  // The sheet takes what height the window has below the shell's own bar.
  const fill = useCallback(
    (place: HTMLDivElement | null): void => {
      if (!place) return;
      const above = sheet ? Math.round(place.getBoundingClientRect().top + window.scrollY) : 0;
      place.style.height = sheet ? `calc(100dvh - ${above}px)` : "";
    },
    [sheet],
  );
  return (
    <div ref={fill} className={sheet ? "page ledger-page" : "page"} style={{ maxWidth: "none" }}>
      <PageHead
        title={ledger?.title ?? ledger?.name ?? t("ledgers.title")}
        note={
          total === undefined ? undefined : (
            <span className="number">{t("ledgers.total", { count: total, shown: total.toLocaleString("en") })}</span>
          )
        }
      >
        <Choices campaign={campaign} ledgers={ledgers} ledger={ledger} state={search.state} unit={unit} change={change} />
      </PageHead>
      {definition.data && ledgers.length === 0 && <Empty description={t("ledgers.none")} />}
      {ledger && (
        <LedgerBar campaign={campaign} ledger={ledger} search={search} change={change} open={filtering} setOpen={setFiltering}>
          <ViewsMenu campaign={campaign} ledger={ledger} search={search} change={change} />
          {sheet && ledger.may.includes("record") && (
            <Button onClick={() => setPasting(true)}>{t("ledgers.paste.button")}</Button>
          )}
          {ledger.may.includes("export") && !search.deleted && (
            <Button loading={out.isPending} onClick={takeOut}>
              {t("ledgers.export")}
            </Button>
          )}
          {!small && !search.deleted && (
            <Segmented<string>
              aria-label={t("ledgers.as.title")}
              value={search.as ?? "grid"}
              options={(["grid", "table"] as const).map((value) => ({ value, label: t(`ledgers.as.${value}`) }))}
              onChange={(as) => change({ as: as === "table" ? "table" : undefined })}
            />
          )}
        </LedgerBar>
      )}
      {out.error && !sayingWhy && <Wrong error={out.error} />}
      {sayingWhy && ledger && (
        <TakeOut ledger={ledger} busy={out.isPending} error={out.error} done={out.mutate} cancel={() => setSayingWhy(false)} />
      )}
      {ledger && sheet && (
        <LedgerSheet
          key={ledger.key}
          campaign={campaign}
          ledger={ledger}
          fields={fields}
          input={input}
          search={search}
          change={change}
          openFilter={setFiltering}
          open={open}
          onList={onSheet}
          unit={unit}
          pasting={pasting}
          stopPasting={() => setPasting(false)}
        />
      )}
      {ledger && !sheet && (
        <EntryTable
          ledger={ledger}
          fields={fields}
          input={search.deleted ? { ...input, deleted: true } : input}
          page={page}
          turn={(next) => change({ page: next })}
          open={open}
          onList={onTable}
          filtered={filtered}
          deleted={search.deleted}
        />
      )}
      {ledger && search.entry && (
        <EntryDrawer
          key={search.entry}
          campaign={campaign}
          ledger={ledger}
          entry={search.entry}
          step={(by) => {
            const next = neighbour.current(search.entry ?? "", by);
            return next === undefined ? undefined : () => open(next);
          }}
          listAgain={() => again.current?.()}
          close={() => change({ entry: undefined, page: search.page })}
        />
      )}
    </div>
  );
}

interface Choosing {
  campaign: string;
  ledgers: readonly Ledger[];
  ledger: Ledger | undefined;
  state: string | undefined;
  unit: number;
  change: (next: LedgerSearch) => void;
}

/** Which ledger, and of it which state and unit. Drawn again for these only, not with every window of rows. */
const Choices = memo(function Choices({ campaign, ledgers, ledger, state, unit, change }: Choosing) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/c/$campaign/ledgers" });
  return (
    <div className="ledger-choices">
      <Select
        aria-label={t("ledgers.title")}
        showSearch={{ optionFilterProp: "label" }}
        value={ledger?.key ?? null}
        options={ledgers.map(({ key, name }) => ({ value: key, label: name }))}
        onChange={(key) => void navigate({ search: ({ unit: kept, as }) => ({ ledger: key, unit: kept, as }) as LedgerSearch })}
      />
      {ledger?.lifecycle && (
        <Select
          allowClear
          aria-label={t("ledgers.state")}
          placeholder={t("ledgers.state")}
          value={state ?? null}
          options={ledger.lifecycle.states.map((one) => ({ value: one }))}
          onChange={(chosen: string | null) => change({ state: chosen ?? undefined })}
        />
      )}
      <UnitPicker campaign={campaign} unit={unit} choose={(chosen) => change({ unit: chosen })} />
    </div>
  );
});
