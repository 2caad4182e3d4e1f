/** A code asked for once more: to take the authenticator away, or for new recovery codes. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

export function FactorCode({ what, close }: { what: "renew" | "drop"; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ code: string }>();
  const me = useQuery(reading("access.me", {})).data;
  const send = useMutation({
    mutationFn: async ({ code }: { code: string }): Promise<readonly string[]> => {
      if (what === "renew") return (await ask("access.renewRecoveryCodes", { code })).codes;
      await ask("access.dropSecondFactor", { code });
      return [];
    },
    onSuccess: async (codes) => {
      await queries.invalidateQueries({ queryKey: ["access.secondFactor"] });
      if (codes.length > 0) return;
      message.success(t("signing.dropped"));
      // Whose role needs one is led to set it up anew.
      queries.removeQueries({ queryKey: ["access.me"] });
      close();
    },
  });
  if (send.data && send.data.length > 0)
    return (
      <Modal open footer={null} closable={false} mask={{ closable: false }} keyboard={false}>
        <RecoveryCodes login={me?.login ?? ""} codes={send.data} done={close} />
      </Modal>
    );
  return (
    <Modal
      open
      title={t(what === "drop" ? "signing.dropSure" : "signing.renewCodes")}
      okText={t("signing.confirm")}
      confirmLoading={send.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p>{t(what === "drop" ? "signing.dropWords" : "signing.renewWords")}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(given) => send.mutate(given)}>
        <Form.Item name="code" label={t("signing.code")} rules={[{ required: true, message: t("signing.needCode") }]}>
          <Input autoComplete="one-time-code" maxLength={20} />
        </Form.Item>
        {send.error && <Wrong error={send.error} />}
      </Form>
    </Modal>
  );
}
