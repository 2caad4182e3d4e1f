/** 修改口令: one's own, of free will or because somebody else gave one the present one. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import "#web/shell/sign-in.css";

interface Filled {
  old: string;
  password: string;
  again: string;
}

export function PasswordPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const me = useQuery(reading("access.me", {}));
  const change = useMutation({
    mutationFn: ({ old, password }: Filled) => ask("access.changePassword", { old, password }),
    onSuccess: async () => {
      queries.clear();
      message.success(t("accounts.changed"));
      await navigate({ to: "/" });
    },
  });
  const first = me.data?.first === "password";
  const need = (what: string) => ({ required: true, message: t("accounts.required", { what }) });
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1 style={{ fontSize: "var(--ant-font-size-xl)", letterSpacing: 0 }}>
          {t(first ? "accounts.ownFirst" : "accounts.own")}
        </h1>
        <p className="quiet">{t(first ? "accounts.ownFirstHint" : "accounts.ownHint")}</p>
        <Form<Filled> layout="vertical" requiredMark={false} onFinish={(given) => change.mutate(given)}>
          <input type="text" autoComplete="username" value={me.data?.login ?? ""} readOnly hidden />
          <Form.Item name="old" label={t("accounts.old")} rules={[need(t("accounts.old"))]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Form.Item name="password" label={t("accounts.fresh")} extra={t("accounts.rule")} rules={[need(t("accounts.fresh"))]}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          <Form.Item
            name="again"
            label={t("accounts.again")}
            dependencies={["password"]}
            rules={[
              need(t("accounts.again")),
              ({ getFieldValue }) => ({
                validator: (_, value) =>
                  !value || value === getFieldValue("password")
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("accounts.differ"))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          {change.error && <Wrong error={change.error} />}
          <Button type="primary" htmlType="submit" block loading={change.isPending}>
            {t("accounts.change")}
          </Button>
          {!first && (
            <Button type="text" block style={{ marginTop: 8 }} onClick={() => window.history.back()}>
              {t("cancel")}
            </Button>
          )}
        </Form>
      </div>
    </main>
  );
}
