/** Begins a document: template, scope, period; or fills figures into one's own Word file. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Divider, Form, Input, Modal, Radio, Segmented, Skeleton, Upload } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, send } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { keepFile } from "#web/ui/keep-file.ts";
import { PeriodPicker, type Period } from "#web/ui/PeriodPicker.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

const blank = "";

/** The last day that a report covers: today, or the campaign's last day. */
const lastDay = ({ reportDate, to }: Output<"campaigns.get">): string => {
  const today = dayjs().format("YYYY-MM-DD");
  const end = reportDate ?? to;
  return end && end < today ? end : today;
};

const monthOf = (day: dayjs.Dayjs): Period => ({
  from: day.startOf("month").format("YYYY-MM-DD"),
  to: day.endOf("month").format("YYYY-MM-DD"),
});

interface Given {
  campaign: string;
  definition: Output<"campaigns.get">;
  close: () => void;
  opened: (document: string) => void;
}

export function NewDocument({ campaign, definition, close, opened }: Given) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const last = dayjs(lastDay(definition));
  const spans = {
    campaign: { from: definition.from, to: last.format("YYYY-MM-DD") },
    thisMonth: monthOf(last),
    lastMonth: monthOf(last.subtract(1, "month")),
  };
  const templates = useQuery(reading("reports.templates", { campaign }));
  const [chosen, setChosen] = useState<string>();
  const [title, setTitle] = useState("");
  const [unit, setUnit] = useState(definition.unit);
  const [period, setPeriod] = useState<Period>(spans.campaign);
  const template = chosen ?? templates.data?.[0]?.key ?? blank;
  const place = { campaign, unit, ...period };
  const start = useMutation({
    mutationFn: () => ask("documents.create", { ...place, ...(template === blank ? { title: title.trim() } : { template }) }),
    onSuccess: ({ document }) => {
      void queries.invalidateQueries({ queryKey: ["documents.list"] });
      opened(document);
    },
  });
  const own = useMutation({
    mutationFn: (file: File) => send("reports.fill", place, file),
    onSuccess: (filled, file) => {
      keepFile(filled, file.name);
      void message.success(t("documents.ownMade"));
      close();
    },
  });
  const span = (Object.keys(spans) as (keyof typeof spans)[]).find(
    (key) => spans[key].from === period.from && spans[key].to === period.to,
  );
  const ready = !templates.isPending && (template !== blank || title.trim() !== "");
  return (
    <Modal
      open
      width={560}
      title={t("documents.make")}
      onCancel={close}
      okText={t("documents.start")}
      okButtonProps={{ loading: start.isPending, disabled: !ready }}
      onOk={() => start.mutate()}
      cancelText={t("cancel")}
    >
      <Form layout="vertical" requiredMark={false}>
        <Form.Item label={t("documents.template")}>
          {templates.isPending ? (
            <Skeleton active paragraph={{ rows: 2 }} title={false} />
          ) : (
            <Radio.Group
              className="templates"
              value={template}
              onChange={(event) => setChosen(event.target.value as string)}
              options={[
                ...(templates.data ?? []).map(({ key, name, kind }) => ({
                  value: key,
                  label: <TemplateLabel name={name} kind={kind} />,
                })),
                { value: blank, label: t("documents.blank") },
              ]}
            />
          )}
        </Form.Item>
        {template === blank && !templates.isPending && (
          <Form.Item label={t("documents.titleOf")} htmlFor="document-title" required>
            <Input id="document-title" maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
          </Form.Item>
        )}
        <Form.Item label={t("documents.about")}>
          <UnitPicker campaign={campaign} unit={unit} choose={setUnit} />
        </Form.Item>
        <Form.Item label={t("period")}>
          <div className="periods">
            <Segmented
              value={span ?? ""}
              onChange={(key) => setPeriod(spans[key as keyof typeof spans])}
              options={(["campaign", "lastMonth", "thisMonth"] as const).map((value) => ({
                value,
                label: t(`documents.${value}`),
              }))}
            />
            <PeriodPicker period={period} choose={setPeriod} />
          </div>
        </Form.Item>
      </Form>
      {(start.error ?? own.error) && <Wrong error={(start.error ?? own.error) as Error} />}
      <Divider size="small" />
      <div className="own-file">
        <Upload accept=".docx" maxCount={1} showUploadList={false} beforeUpload={(file) => (own.mutate(file), false)}>
          <Button loading={own.isPending}>{t("documents.own")}</Button>
        </Upload>
        <span className="quiet">{t("documents.ownHelp")}</span>
      </div>
    </Modal>
  );
}

const TemplateLabel = ({ name, kind }: { name: string; kind: string }) => (
  <>
    {name} <span className="quiet">{kind}</span>
  </>
);
