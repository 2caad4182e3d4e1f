import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client.ts";
import type { Input as Asked } from "../api/contract.ts";
import { queries } from "../api/queries.ts";
import { Wrong } from "../ui/Wrong.tsx";
import "./shell.css";

export function SignIn() {
  const { t } = useTranslation();
  const { back } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: (given: Asked<"access.signIn">) => ask("access.signIn", given),
    onSuccess: async () => {
      queries.clear();
      await navigate({ to: back ?? "/" });
    },
  });
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>{t("product")}</h1>
        <p className="quiet">{t("motto")}</p>
        <Form<Asked<"access.signIn">> layout="vertical" requiredMark={false} onFinish={(given) => enter.mutate(given)}>
          <Form.Item name="login" label={t("signIn.login")} rules={[{ required: true, message: t("signIn.needLogin") }]}>
            <Input autoComplete="username" size="large" />
          </Form.Item>
          <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("signIn.needPassword") }]}>
            <Input.Password autoComplete="current-password" size="large" />
          </Form.Item>
          {enter.error && <Wrong error={enter.error} />}
          <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
            {t("signIn.submit")}
          </Button>
        </Form>
      </div>
    </main>
  );
}
