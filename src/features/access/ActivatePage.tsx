/** 激活账号: whoever holds a slip of paper sets a password of their own, and is in. */
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries } from "#web/api/queries.ts";
import { isNow } from "#web/offline/who.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import "#web/shell/sign-in.css";
import "./security.css";

interface Filled {
  login: string;
  code: string;
  password: string;
  again: string;
}

/** What the code on the slip brought along; taken out of the address, so that it stays in no history. */
function scanned(): Partial<Filled> {
  const given = new URLSearchParams(window.location.hash.slice(1));
  if (given.size > 0) window.history.replaceState(window.history.state, "", "/activate");
  const [login, code] = [given.get("login"), given.get("code")];
  return { ...(login ? { login } : {}), ...(code ? { code } : {}) };
}

export function ActivatePage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [given] = useState(scanned);
  const activate = useMutation({
    mutationFn: ({ login, code, password }: Filled) => ask("access.activate", { login: login.trim(), code, password }),
    onSuccess: async ({ account }) => {
      queries.clear();
      await isNow(account);
      await navigate({ to: "/" });
    },
  });
  const need = (what: string) => ({ required: true, message: t("accounts.required", { what }) });
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1 className="plain">{t("signing.activate")}</h1>
        <p className="quiet">{t("signing.activateWords")}</p>
        <Form<Filled> layout="vertical" requiredMark={false} initialValues={given} onFinish={(filled) => activate.mutate(filled)}>
          <Form.Item name="login" label={t("signIn.login")} rules={[need(t("signIn.login"))]}>
            <Input autoComplete="username" maxLength={100} />
          </Form.Item>
          <Form.Item name="code" label={t("accounts.slipsCode")} rules={[need(t("accounts.slipsCode"))]}>
            <Input autoComplete="off" autoCapitalize="characters" maxLength={30} placeholder="XXXX-XXXX-XXXX" />
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
          {activate.error && <Wrong error={activate.error} />}
          <Button type="primary" htmlType="submit" block loading={activate.isPending}>
            {t("signing.activateGo")}
          </Button>
          <p style={{ margin: "12px 0 0", textAlign: "center" }}>
            <Link to="/sign-in">{t("signing.activated")}</Link>
          </p>
        </Form>
      </div>
    </main>
  );
}
