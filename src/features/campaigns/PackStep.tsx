/** Choosing a pack, one that comes with the program or one's own, and what its campaign is called and when it runs. */
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, DatePicker, Form, Input, Radio, Upload } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { send } from "#web/api/client.ts";
import type { Input as Asked, Output } from "#web/api/contract.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { PackFaults } from "./PackFaults.tsx";

type Pack = Output<"setup.packs">["packs"][number];
export type Chosen = Pick<Asked<"setup.begin">, "pack" | "campaign">;

interface Given {
  code: string;
  packs: readonly Pack[];
  chosen: Chosen | undefined;
  again: () => Promise<unknown>;
  keep: (chosen: Chosen) => void;
  next: (chosen: Chosen) => void;
}

interface Filled {
  pack: string;
  name: string;
  organ: string;
  from: dayjs.Dayjs | null;
  to?: dayjs.Dayjs | null;
}

const filled = (pack: Pack, today = dayjs()): Filled => ({
  pack: pack.key,
  name: pack.campaign.name,
  organ: pack.campaign.organ ?? pack.campaign.name,
  from: today,
  to: null,
});
const chosenOf = ({ pack, name, organ, from, to }: Filled): Chosen => ({
  pack,
  campaign: { name, organ, from: (from ?? dayjs()).format("YYYY-MM-DD"), to: to?.format("YYYY-MM-DD") ?? null },
});

export function PackStep({ code, packs, chosen, again, keep, next }: Given) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const choose = (pack: Pack | undefined): void => {
    if (!pack) return;
    form.setFieldsValue(filled(pack));
    keep(chosenOf(filled(pack)));
  };
  const upload = useMutation({
    mutationFn: (file: File) => send("setup.check", { code }, file),
    onSuccess: ({ pack }) => (pack ? again().then(() => form.setFieldValue("pack", pack.key)) : undefined),
  });
  const first = packs[0];
  const begun = chosen
    ? {
        ...chosen.campaign,
        pack: chosen.pack,
        from: dayjs(chosen.campaign.from),
        to: chosen.campaign.to ? dayjs(chosen.campaign.to) : null,
      }
    : first && filled(first);
  const need = (what: string) => ({ required: true, message: t("setup.required", { what }) });
  return (
    <Form<Filled>
      form={form}
      layout="vertical"
      requiredMark={false}
      {...(begun ? { initialValues: begun } : {})}
      onValuesChange={(changed: Partial<Filled>, all) =>
        changed.pack === undefined ? keep(chosenOf(all)) : choose(packs.find(({ key }) => key === changed.pack))
      }
      onFinish={(all) => next(chosenOf(all))}
    >
      <h2>{t("setup.packTitle")}</h2>
      <p className="quiet">{t("setup.packHint")}</p>
      <Form.Item name="pack" noStyle>
        <Radio.Group className="pack-choice" aria-label={t("setup.packTitle")}>
          {packs.map(({ key, name, version, description }) => (
            <Radio key={key} value={key}>
              <strong>
                {name} <span className="quiet number">{version}</span>
              </strong>
              {description && <span className="quiet">{description}</span>}
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      <Upload
        accept=".zip,.json,.yaml"
        showUploadList={false}
        beforeUpload={(file) => {
          upload.mutate(file);
          return false;
        }}
      >
        <Button loading={upload.isPending}>{t("setup.upload")}</Button>
      </Upload>
      {upload.error && (
        <div style={{ marginTop: 12 }}>
          <Wrong error={upload.error} />
        </div>
      )}
      {upload.data?.pack && (
        <Alert type="success" showIcon style={{ marginTop: 12 }} title={t("setup.uploaded", upload.data.pack)} />
      )}
      {upload.data && <PackFaults problems={upload.data.problems} />}
      <h2 style={{ marginTop: 28, marginBottom: 14 }}>{t("setup.campaignTitle")}</h2>
      <div className="two-fields">
        <Form.Item name="name" label={t("setup.name")} rules={[need(t("setup.name"))]}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="organ" label={t("setup.organ")} extra={t("setup.organHint")} rules={[need(t("setup.organ"))]}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="from" label={t("setup.from")} rules={[need(t("setup.from"))]}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
        <Form.Item name="to" label={t("setup.to")} extra={t("setup.toHint")}>
          <DatePicker style={{ width: "100%" }} />
        </Form.Item>
      </div>
      <div className="set-up-foot">
        <Button className="push" type="primary" htmlType="submit">
          {t("setup.next")}
        </Button>
      </div>
    </Form>
  );
}
