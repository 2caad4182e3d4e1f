/** 登录规则: what is asked of whoever signs in, and the one place from which everyone is signed out. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, InputNumber, Modal, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Input as Asked } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import "#web/shell/setup.css";
import "./security.css";

type Rules = Asked<"access.setRules">;
type Counted = Exclude<keyof Rules, "forbidden" | "secondFactor">;
const limits: Readonly<Record<Counted, readonly [number, number]>> = {
  passwordLength: [8, 64],
  passwordDays: [0, 3650],
  tries: [3, 100],
  lockMinutes: [1, 1440],
  accountRate: [5, 1000],
  addressRate: [10, 100_000],
  idleMinutes: [5, 1440],
  sessionHours: [1, 720],
  activationDays: [1, 90],
};

export function SignInRulesTab({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const rules = useQuery(reading("access.rules", {}));
  const roles = useQuery(reading("campaigns.get", { campaign })).data?.roles ?? [];
  const [ending, setEnding] = useState(false);
  const save = useMutation({
    mutationFn: (given: Rules) => ask("access.setRules", given),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["access.rules"] });
      message.success(t("signing.rulesSaved"));
    },
  });
  if (rules.error) return <Wrong error={rules.error} retry={rules.refetch} />;
  if (!rules.data) return <Skeleton active />;
  const { may, mayEndAll, ...given } = rules.data;
  const count = (name: Counted) => {
    const [min, max] = limits[name];
    const hint =
      name === "passwordLength" || name === "passwordDays" || name === "tries" || name === "addressRate" ? name : undefined;
    return (
      <Form.Item
        name={name}
        label={t(`signing.field.${name}`)}
        {...(hint ? { extra: t(`signing.hint.${hint}`) } : {})}
        rules={[{ required: true, message: t("accounts.required", { what: t(`signing.field.${name}`) }) }]}
      >
        <InputNumber controls={false} min={min} max={max} precision={0} style={{ width: "100%" }} />
      </Form.Item>
    );
  };
  return (
    <div className="sign-in-rules">
      {!may && <Alert type="info" showIcon title={t("signing.rulesReadOnly")} style={{ marginBottom: 16 }} />}
      <Form<Rules>
        layout="vertical"
        requiredMark={false}
        disabled={!may}
        initialValues={given}
        onFinish={(next) => save.mutate(next)}
      >
        <h2>{t("signing.group.password")}</h2>
        <div className="two-fields">
          {count("passwordLength")}
          {count("passwordDays")}
        </div>
        <Form.Item name="forbidden" label={t("signing.field.forbidden")} extra={t("signing.hint.forbidden")}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", "、", "，"]} maxCount={200} />
        </Form.Item>
        <h2>{t("signing.group.lock")}</h2>
        <div className="two-fields">
          {count("tries")}
          {count("lockMinutes")}
          {count("accountRate")}
          {count("addressRate")}
        </div>
        <h2>{t("signing.group.session")}</h2>
        <div className="two-fields">
          {count("idleMinutes")}
          {count("sessionHours")}
        </div>
        <h2>{t("signing.group.factor")}</h2>
        <Form.Item name="secondFactor" label={t("signing.field.secondFactor")} extra={t("signing.hint.secondFactor")}>
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: "label" }}
            options={[
              ...roles.map(({ key, name }) => ({ value: key, label: name })),
              // Of other packs: kept, as they are called there.
              ...given.secondFactor
                .filter((key) => !roles.some((one) => one.key === key))
                .map((key) => ({ value: key, label: key })),
            ]}
          />
        </Form.Item>
        <div className="two-fields">{count("activationDays")}</div>
        {save.error && <Wrong error={save.error} />}
        {may && (
          <Button type="primary" htmlType="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        )}
      </Form>
      {mayEndAll && (
        <section className="end-all">
          <h2 style={{ marginTop: 0 }}>{t("signing.endAll")}</h2>
          <p className="quiet">{t("signing.endAllWords")}</p>
          <Button danger onClick={() => setEnding(true)}>
            {t("signing.endAll")}
          </Button>
        </section>
      )}
      {ending && <EndAll close={() => setEnding(false)} />}
    </div>
  );
}

function EndAll({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason: string }>();
  const end = useMutation({
    mutationFn: ({ reason }: { reason: string }) => ask("access.endAllSessions", { reason }),
    onSuccess: ({ ended }) => {
      message.success(t("signing.endAllDone", { count: ended }));
      close();
    },
  });
  return (
    <Modal
      open
      title={t("signing.endAllSure")}
      okText={t("signing.endAll")}
      okButtonProps={{ danger: true }}
      confirmLoading={end.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p>{t("signing.endAllWords")}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(given) => end.mutate(given)}>
        <Form.Item
          name="reason"
          label={t("signing.reason")}
          rules={[{ required: true, whitespace: true, min: 2, message: t("accounts.required", { what: t("signing.reason") }) }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        {end.error && <Wrong error={end.error} />}
      </Form>
    </Modal>
  );
}
