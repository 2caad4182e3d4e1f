/** What the campaign is called, who holds it, and when it runs. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, DatePicker, Form, Input, Skeleton } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import "#web/shell/setup.css";

interface Filled {
  name: string;
  organ: string;
  from: dayjs.Dayjs;
  to?: dayjs.Dayjs | null;
  reportDate?: dayjs.Dayjs | null;
}

const day = (text: string | null): dayjs.Dayjs | null => (text === null ? null : dayjs(text));
const textOf = (given: dayjs.Dayjs | null | undefined): string | null => given?.format("YYYY-MM-DD") ?? null;

export function CampaignFacts({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { data, error } = useQuery(reading("campaigns.get", { campaign }));
  const top = useQuery({ ...reading("units.get", { campaign, unit: data?.unit ?? 0 }), enabled: data !== undefined });
  const save = useMutation({
    mutationFn: ({ name, organ, from, to, reportDate }: Filled) =>
      ask("campaigns.change", {
        campaign,
        name,
        organ,
        from: from.format("YYYY-MM-DD"),
        to: textOf(to),
        reportDate: textOf(reportDate),
      }),
    onSuccess: async ({ version }) => {
      await queries.invalidateQueries();
      message.success(t("packs.saved", { version }));
    },
  });
  if (error) return <Wrong error={error} />;
  if (!data || top.isPending) return <Skeleton active />;
  const need = (what: string) => ({ required: true, message: t("accounts.required", { what }) });
  const picker = <DatePicker style={{ width: "100%" }} />;
  return (
    <Form<Filled>
      layout="vertical"
      requiredMark={false}
      style={{ maxWidth: 640 }}
      initialValues={{
        name: data.name,
        organ: top.data?.name,
        from: dayjs(data.from),
        to: day(data.to),
        reportDate: day(data.reportDate),
      }}
      onFinish={(given) => save.mutate(given)}
    >
      <Form.Item name="name" label={t("packs.name")} rules={[need(t("packs.name"))]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="organ" label={t("packs.organ")} rules={[need(t("packs.organ"))]}>
        <Input maxLength={100} />
      </Form.Item>
      <div className="two-fields">
        <Form.Item name="from" label={t("packs.from")} rules={[need(t("packs.from"))]}>
          {picker}
        </Form.Item>
        <Form.Item name="to" label={t("packs.to")}>
          {picker}
        </Form.Item>
        <Form.Item name="reportDate" label={t("packs.reportDate")} extra={t("packs.reportHint")}>
          {picker}
        </Form.Item>
      </div>
      {save.error && <Wrong error={save.error} />}
      <Button type="primary" htmlType="submit" loading={save.isPending}>
        {t("save")}
      </Button>
    </Form>
  );
}
