/** The authenticator of somebody who has lost it taken away, with a reason. */
import { useMutation } from "@tanstack/react-query";
import { App, Form, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import type { Account } from "./AccountsTab.tsx";

export function ResetFactor({ campaign, account, close }: { campaign: string; account: Account; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason: string }>();
  const reset = useMutation({
    mutationFn: ({ reason }: { reason: string }) => ask("accounts.resetSecondFactor", { campaign, account: account.id, reason }),
    onSuccess: () => {
      message.success(t("signing.resetFactorDone", { name: account.name }));
      close();
    },
  });
  return (
    <Modal
      open
      title={t("signing.resetFactorSure", { name: account.name })}
      okText={t("signing.dropFactor")}
      confirmLoading={reset.isPending}
      onOk={() => form.submit()}
      onCancel={close}
    >
      <p>{t("signing.resetFactorWords")}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(given) => reset.mutate(given)}>
        <Form.Item
          name="reason"
          label={t("signing.reason")}
          rules={[{ required: true, whitespace: true, min: 2, message: t("accounts.required", { what: t("signing.reason") }) }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        {reset.error && <Wrong error={reset.error} />}
      </Form>
    </Modal>
  );
}
