/** The figure at the cursor: what it counts, what it comes to, its units and records, and how it stands in the text. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Alert, Button, Popconfirm, Segmented, Select, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Definition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { PeriodPicker } from "#web/ui/PeriodPicker.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { FigureRef } from "./draft.types.ts";
import { liveText, type LiveAnswer } from "./figure-answers.tsx";

interface Place {
  campaign: string;
  unit: number;
  from: string;
  to: string;
}

interface Given {
  scope: Place;
  definition: Definition;
  figure: FigureRef;
  answer: LiveAnswer | undefined;
  editable: boolean;
  change: (figure: FigureRef) => void;
  toText: (text: string) => void;
  remove: () => void;
}

const custom = ["余", "万", "万余", "汉", "1位", "2位", "增减", "年月日", "月日"];

export function FigurePanel({ scope, definition, figure, answer, editable, change, toText, remove }: Given) {
  const { t } = useTranslation();
  const known = definition.figures.find(({ key }) => key === figure.key);
  const place: Place = {
    campaign: scope.campaign,
    unit: figure.unit ?? scope.unit,
    from: figure.from ?? scope.from,
    to: figure.to ?? scope.to,
  };
  const own = figure.unit !== undefined || figure.from !== undefined;
  const text = liveText(answer, figure.form);
  const live = typeof answer === "object" ? answer : undefined;
  const { key } = figure;
  return (
    <div className="figure-panel">
      <h2>
        {known?.name ?? key} <strong className="number">{text}</strong>
      </h2>
      {answer === "hidden" && <Alert type="warning" title={t("documents.hidden")} />}
      {answer === "missing" && <Alert type="warning" title={t("documents.missing")} />}
      {known && (
        <p className="quiet">
          {known.words}（{place.from}—{place.to}）{live?.note ? ` ${live.note}` : ""}
        </p>
      )}
      {editable && (
        <div className="figure-settings">
          <label>
            <span>{t("documents.form")}</span>
            <Select
              aria-label={t("documents.form")}
              value={figure.form}
              onChange={(form) => change({ ...figure, form })}
              options={[
                { value: "", label: t("documents.forms.text") },
                { value: "exact", label: t("documents.forms.exact") },
                { value: "n", label: t("documents.forms.n") },
                ...custom.map((form) => ({ value: `:${form}`, label: form })),
              ].map(({ value, label }) => ({ value, label: live ? `${label}　${liveText(live, value)}` : label }))}
            />
          </label>
          <div>
            <span>{t("documents.place")}</span>
            <Segmented
              value={own}
              onChange={(wanted) =>
                change(wanted ? { ...figure, unit: place.unit, from: place.from, to: place.to } : { key, form: figure.form })
              }
              options={[
                { value: false, label: t("documents.ofDocument") },
                { value: true, label: t("documents.own2") },
              ]}
            />
          </div>
          {own && (
            <>
              <UnitPicker campaign={scope.campaign} unit={place.unit} choose={(unit) => change({ ...figure, unit })} />
              <PeriodPicker period={place} choose={(period) => change({ ...figure, ...period })} />
            </>
          )}
        </div>
      )}
      {live && (
        <Tabs
          size="small"
          items={[
            { key: "records", label: t("documents.records"), children: <Records figure={key} place={place} /> },
            { key: "units", label: t("documents.byUnit"), children: <ByUnit figure={key} place={place} /> },
          ]}
        />
      )}
      {editable && (
        <div className="figure-actions">
          <Popconfirm
            title={t("documents.toTextAsk")}
            onConfirm={() => toText(text)}
            okText={t("documents.toText")}
            cancelText={t("cancel")}
          >
            <Button disabled={!live}>{t("documents.toText")}</Button>
          </Popconfirm>
          <Button danger onClick={remove}>
            {t("documents.removeIt")}
          </Button>
        </div>
      )}
    </div>
  );
}

function ByUnit({ figure, place }: { figure: string; place: Place }) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(reading("figures.ask", { ...place, keys: figure, children: true }));
  if (error) return <Wrong error={error} retry={refetch} />;
  return (
    <ListTable
      label={t("documents.byUnit")}
      loading={isPending}
      rowKey="unit"
      scroll={{}}
      dataSource={data?.units.slice(1) ?? []}
      columns={[
        { title: t("unit"), dataIndex: "name" },
        { title: t("documents.value"), align: "right", className: "number", render: (_, one) => one.figures[0]?.text },
      ]}
    />
  );
}

const pageSize = 50;

function Records({ figure, place }: { figure: string; place: Place }) {
  const { t } = useTranslation();
  const input = { figure, ...place };
  const pages = useInfiniteQuery({
    queryKey: ["figures.records", input, pageSize],
    queryFn: ({ pageParam, signal }) =>
      ask("figures.records", { ...input, limit: pageSize, offset: pageParam * pageSize }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, all) => (last.more ? all.length : undefined),
    retry: false,
  });
  if (pages.error) return <Wrong error={pages.error} retry={pages.refetch} />;
  const records = pages.data?.pages.flatMap((page) => page.records) ?? [];
  return (
    <ListTable
      label={t("documents.records")}
      loading={pages.isPending}
      rowKey={(record) => `${record.entryId} ${record.value} ${record.part}`}
      dataSource={records}
      scroll={{}}
      locale={{ emptyText: t("documents.noRecords") }}
      columns={[
        { title: t("documents.day"), dataIndex: "day", className: "number", width: 104 },
        {
          title: t("documents.numberOf"),
          render: (_, one) => (
            <>
              <span className="number">{one.number}</span>
              <div className="quiet">{one.unit}</div>
            </>
          ),
        },
        { title: t("documents.amount"), align: "right", className: "number", dataIndex: "amount", width: 64 },
      ]}
      footer={() =>
        pages.hasNextPage && (
          <Button block type="text" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t("figures.more")}
          </Button>
        )
      }
    />
  );
}
