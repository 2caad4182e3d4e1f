/** An authenticator set up: password, the code to scan, its first digits, and the recovery codes that are shown once. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { QrCode } from "#web/ui/QrCode.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";
import "#web/shell/sign-in.css";
import "./security.css";

type Begun = Output<"access.beginSecondFactor">;

export function SecondFactorPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useQuery(reading("access.me", {})).data;
  const begin = useMutation({
    mutationFn: ({ password }: { password: string }) => ask("access.beginSecondFactor", { password }),
  });
  const [codes, setCodes] = useState<readonly string[]>();
  const leave = async (): Promise<void> => {
    queries.clear();
    await navigate({ to: "/" });
  };
  if (codes)
    return (
      <main className="sign-in">
        <div className="sign-in-card wide">
          <RecoveryCodes login={me?.login ?? ""} codes={codes} done={() => void leave()} />
        </div>
      </main>
    );
  return (
    <main className="sign-in">
      <div className="sign-in-card wide">
        <h1 className="plain">{t("signing.enrolTitle")}</h1>
        {me?.first === "enrol" && <p className="quiet">{t("signing.enrolFirst")}</p>}
        {begin.data ? (
          <Scan begun={begin.data} confirmed={setCodes} />
        ) : (
          <Form<{ password: string }> layout="vertical" requiredMark={false} onFinish={(given) => begin.mutate(given)}>
            <input type="text" autoComplete="username" value={me?.login ?? ""} readOnly hidden />
            <Form.Item
              name="password"
              label={t("accounts.old")}
              rules={[{ required: true, message: t("accounts.required", { what: t("accounts.old") }) }]}
            >
              <Input.Password autoComplete="current-password" />
            </Form.Item>
            {begin.error && <Wrong error={begin.error} />}
            <Button type="primary" htmlType="submit" block loading={begin.isPending}>
              {t("signing.enrol")}
            </Button>
            {me?.first === null && (
              <Button type="text" block style={{ marginTop: 8 }} onClick={() => window.history.back()}>
                {t("cancel")}
              </Button>
            )}
          </Form>
        )}
      </div>
    </main>
  );
}

function Scan({ begun, confirmed }: { begun: Begun; confirmed: (codes: readonly string[]) => void }) {
  const { t } = useTranslation();
  const confirm = useMutation({
    mutationFn: ({ code }: { code: string }) => ask("access.confirmSecondFactor", { code }),
    onSuccess: ({ codes }) => confirmed(codes),
  });
  return (
    <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={(given) => confirm.mutate(given)}>
      <ol className="enrol-steps">
        <li>{t("signing.enrolSteps.app")}</li>
        <li>
          {t("signing.enrolSteps.scan")}
          <div className="enrol-code">
            <QrCode text={begun.uri} size={176} />
            <div>
              <span className="quiet">{t("signing.secret")}</span>
              <code>{begun.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
            </div>
          </div>
        </li>
        <li>{t("signing.enrolSteps.give")}</li>
      </ol>
      <Form.Item name="code" label={t("signing.code")} rules={[{ required: true, message: t("signing.needCode") }]}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
      </Form.Item>
      {confirm.error && <Wrong error={confirm.error} />}
      <Button type="primary" htmlType="submit" block loading={confirm.isPending}>
        {t("signing.bind")}
      </Button>
    </Form>
  );
}
