/** 首次启用: the code off the console, then a pack with the campaign's facts, then the office's account; kept together at the end. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Form, Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Input as Asked } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import { SetUpFrame } from "#web/shell/SetUpFrame.tsx";
import { ActivationSlips } from "#web/ui/ActivationSlips.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { PackStep, type Chosen } from "./PackStep.tsx";

type Begin = Asked<"setup.begin">;
interface Draft {
  code?: string;
  step?: "pack" | "account";
  chosen?: Chosen;
  login?: string;
}

const kept = "yibenzhang.set-up";
const readDraft = (): Draft => {
  try {
    return JSON.parse(localStorage.getItem(kept) ?? "{}") as Draft;
  } catch {
    return {};
  }
};

export function SetUpPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(readDraft);
  const keep = (more: Partial<Draft>): void => setDraft((old) => ({ ...old, ...more }));
  useEffect(() => localStorage.setItem(kept, JSON.stringify(draft)), [draft]);
  const packs = useQuery({
    queryKey: ["setup.packs", draft.code],
    queryFn: () => ask("setup.packs", { code: draft.code ?? "" }),
    enabled: draft.code !== undefined,
    retry: false,
  });
  const begin = useMutation({
    mutationFn: (given: Begin) => ask("setup.begin", given),
    onSuccess: () => {
      localStorage.removeItem(kept);
      queries.clear();
    },
  });
  const begun = begin.data;
  const { code, chosen } = draft;
  return (
    <main className="set-up-page">
      {begun && (
        <ActivationSlips
          slips={begun.administrators}
          close={() => void navigate({ to: "/c/$campaign/set-up", params: { campaign: begun.campaign }, search: {} })}
        />
      )}
      <header>
        <h1>{t("product")}</h1>
        <p className="quiet">{t("setup.intro")}</p>
      </header>
      {code === undefined || packs.isError || packs.isPending ? (
        <SetUpFrame step="pack">
          <h2>{t("setup.codeTitle")}</h2>
          <p className="quiet">{t("setup.codeHint")}</p>
          <Form<{ code: string }>
            layout="vertical"
            requiredMark={false}
            style={{ maxWidth: 360 }}
            initialValues={{ code }}
            onFinish={(given) => (given.code === code ? void packs.refetch() : keep({ code: given.code }))}
          >
            <Form.Item name="code" label={t("setup.code")} rules={[{ required: true, message: t("setup.needCode") }]}>
              <Input autoComplete="off" autoCapitalize="characters" spellCheck={false} size="large" />
            </Form.Item>
            {packs.error && <Wrong error={packs.error} />}
            <div className="set-up-foot">
              <Button type="primary" htmlType="submit" loading={packs.isFetching}>
                {t("setup.enter")}
              </Button>
            </div>
          </Form>
        </SetUpFrame>
      ) : draft.step !== "account" || !chosen ? (
        <SetUpFrame step="pack">
          <PackStep
            code={code}
            packs={packs.data.packs}
            chosen={chosen}
            again={packs.refetch}
            keep={(next) => keep({ chosen: next })}
            next={(next) => keep({ chosen: next, step: "account" })}
          />
        </SetUpFrame>
      ) : (
        <SetUpFrame step="account">
          <AccountStep
            organ={chosen.campaign.organ}
            login={draft.login}
            busy={begin.isPending}
            error={begin.error}
            keep={(login) => keep({ login })}
            back={() => keep({ step: "pack" })}
            done={(account) => begin.mutate({ code, pack: chosen.pack, campaign: chosen.campaign, account })}
          />
        </SetUpFrame>
      )}
    </main>
  );
}

interface AccountGiven {
  organ: string;
  login: string | undefined;
  busy: boolean;
  error: Error | null;
  keep: (login: string) => void;
  back: () => void;
  done: (account: Begin["account"]) => void;
}

function AccountStep({ organ, login, busy, error, keep, back, done }: AccountGiven) {
  const { t } = useTranslation();
  const need = (what: string) => ({ required: true, message: t("setup.required", { what }) });
  return (
    <>
      <h2>{t("setup.accountTitle")}</h2>
      <p className="quiet">{t("setup.accountHint")}</p>
      <Form<Begin["account"] & { again: string }>
        layout="vertical"
        requiredMark={false}
        initialValues={{ login, name: organ }}
        onValuesChange={(changed: { login?: string }) => changed.login !== undefined && keep(changed.login)}
        onFinish={({ again: _again, ...account }) => done(account)}
      >
        <div className="two-fields">
          <Form.Item name="login" label={t("signIn.login")} rules={[need(t("signIn.login"))]}>
            <Input autoComplete="username" />
          </Form.Item>
          <Form.Item name="name" label={t("setup.accountName")} rules={[need(t("setup.accountName"))]}>
            <Input />
          </Form.Item>
          <Form.Item name="password" label={t("signIn.password")} extra={t("accounts.rule")} rules={[need(t("signIn.password"))]}>
            <Input.Password autoComplete="new-password" />
          </Form.Item>
          <Form.Item
            name="again"
            label={t("setup.again")}
            dependencies={["password"]}
            rules={[
              need(t("setup.again")),
              ({ getFieldValue }) => ({
                validator: (_, value) =>
                  !value || value === getFieldValue("password")
                    ? Promise.resolve()
                    : Promise.reject(new Error(t("setup.differ"))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        </div>
        {error && <Wrong error={error} />}
        <div className="set-up-foot">
          <Button onClick={back}>{t("setup.back")}</Button>
          <Button className="push" type="primary" htmlType="submit" loading={busy}>
            {t("setup.begin")}
          </Button>
        </div>
      </Form>
    </>
  );
}
