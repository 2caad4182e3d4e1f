/** The audit: who did what, on which subject, from where, and how it went, the latest first, a day under its heading. */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Form, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, fetchFile } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { EmptyState } from "#web/ui/EmptyState.tsx";
import { keepFile } from "#web/ui/keep-file.ts";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { ReasonDialog } from "#web/ui/ReasonDialog.tsx";
import { StatusMark } from "#web/ui/StatusMark.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { AuditFilters, type AuditAsked } from "./AuditFilters.tsx";
import { AuditRow } from "./AuditRow.tsx";
import "./audit.css";

type Row = Output<"audit.list">["rows"][number];

export function AuditTab({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [asked, setAsked] = useState<AuditAsked>({});
  const [open, setOpen] = useState<string>();
  const [exporting, setExporting] = useState(false);
  const [format, setFormat] = useState<"xlsx" | "csv">("xlsx");
  const duty = useQuery(reading("access.me", {})).data?.duty;
  const list = useInfiniteQuery({
    queryKey: ["audit.list", { campaign, ...asked }],
    queryFn: ({ pageParam, signal }) =>
      ask("audit.list", { campaign, ...asked, ...(pageParam === "" ? {} : { before: pageParam }) }, signal),
    initialPageParam: "",
    getNextPageParam: ({ rows, more }) => (more ? rows.at(-1)?.id : undefined),
    placeholderData: (before) => before,
  });
  const out = useMutation({
    mutationFn: (reason: string) => fetchFile("audit.export", { campaign, ...asked, format, reason }),
    onSuccess: ({ content, name }) => {
      keepFile(content, name);
      setExporting(false);
      message.success(t("audit.exportDone"));
    },
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <div className="audit">
      <p className="quiet">{t(duty === "security_admin" ? "audit.guardHint" : "audit.hint")}</p>
      <AuditFilters campaign={campaign} asked={asked} ask={setAsked}>
        <Button
          onClick={() => {
            out.reset();
            setExporting(true);
          }}
        >
          {t("audit.export")}
        </Button>
      </AuditFilters>
      {list.error && <Wrong error={list.error} retry={list.refetch} />}
      {list.isPending && !list.error && <ListSkeleton rows={10} />}
      {list.data && rows.length === 0 && <EmptyState title={t("audit.none")} next={t("audit.noneNext")} />}
      {byDay(rows).map(([day, ofDay]) => (
        <section key={day} aria-label={day}>
          <h2 className="number">{day}</h2>
          <ul>
            {ofDay.map((row) => (
              <li key={row.id}>
                <Sentence row={row} open={() => setOpen(row.id)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button block size="large" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("audit.more")}
        </Button>
      )}
      {open !== undefined && (
        <AuditRow
          campaign={campaign}
          row={open}
          close={() => setOpen(undefined)}
          follow={(subject) => {
            setAsked({ subject });
            setOpen(undefined);
          }}
        />
      )}
      {exporting && (
        <ReasonDialog
          title={t("audit.exportTitle")}
          words={t("audit.exportWords")}
          go={t("audit.export")}
          busy={out.isPending}
          error={out.error}
          done={out.mutate}
          cancel={() => setExporting(false)}
        >
          <Form.Item label={t("audit.format")}>
            <Radio.Group
              value={format}
              options={[
                { value: "xlsx", label: "Excel（.xlsx）" },
                { value: "csv", label: "CSV" },
              ]}
              onChange={({ target }) => setFormat(target.value as "xlsx" | "csv")}
            />
          </Form.Item>
        </ReasonDialog>
      )}
    </div>
  );
}

const day = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "long" });
const time = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", timeStyle: "medium" });

/** Rows under the day in China on which they were written, in their order. */
function byDay(rows: readonly Row[]): [string, Row[]][] {
  const days = new Map<string, Row[]>();
  for (const row of rows) {
    const name = day.format(new Date(row.at));
    const ofDay = days.get(name);
    if (ofDay) ofDay.push(row);
    else days.set(name, [row]);
  }
  return [...days];
}

function Sentence({ row, open }: { row: Row; open: () => void }) {
  const { t } = useTranslation();
  const standing = [row.home, row.role].filter((one) => one !== null).join(" ");
  return (
    <button type="button" className="audit-row" onClick={open}>
      <time className="number quiet" dateTime={row.at}>
        {time.format(new Date(row.at))}
      </time>
      <span className="audit-deed">
        <strong>{row.who ?? t("audit.nobody")}</strong>
        {standing !== "" && <span className="quiet">（{standing}）</span>}
        {row.deed}
      </span>
      <span className="audit-end">
        {row.address !== null && <span className="quiet number">{row.address}</span>}
        <StatusMark status={row.ok ? "closed" : "late"} word={row.ok ? t("audit.done") : row.result} />
      </span>
    </button>
  );
}
