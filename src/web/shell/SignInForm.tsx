/** Account and password; whoever gets in is told to the page that asked. The first page of all, and so of plain elements. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type ComponentProps, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client.ts";
import type { Input as Asked, Output } from "../api/contract.ts";
import { isNow } from "../offline/who.ts";
import { PlainButton } from "../ui/PlainButton.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import "./sign-in.css";

type Given = Asked<"access.signIn">;
type Account = Output<"access.signIn">["account"];

/** With a `login`, only its password is asked for. */
export function SignInForm({ login, entered }: { login?: string; entered: (account: Account) => void | Promise<void> }) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState<Partial<Record<keyof Given, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const [coding, setCoding] = useState(false);
  const enter = useMutation({
    mutationFn: (given: Given) => ask("access.signIn", given),
    onSuccess: async ({ account, first }) => {
      if (first === "code") return setCoding(true);
      await isNow(account);
      await entered(account);
    },
  });
  useEffect(() => form.current?.querySelector<HTMLInputElement>("input:not([type=hidden])")?.focus(), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const filled = new FormData(event.currentTarget);
    const said = (name: keyof Given): string => {
      const value = filled.get(name);
      return typeof value === "string" ? value : "";
    };
    const given = { login: said("login"), password: said("password") };
    setMissing({
      ...(given.login === "" ? { login: t("signIn.needLogin") } : {}),
      ...(given.password === "" ? { password: t("signIn.needPassword") } : {}),
    });
    if (given.login !== "" && given.password !== "") enter.mutate(given);
  };
  if (coding)
    return (
      <CodeForm
        entered={async (account) => {
          await isNow(account);
          await entered(account);
        }}
        back={() => setCoding(false)}
      />
    );
  return (
    <form ref={form} className="sign-in-form" noValidate onSubmit={submit}>
      {login === undefined ? (
        <Field name="login" label={t("signIn.login")} autoComplete="username" fault={missing.login} />
      ) : (
        <input type="hidden" name="login" autoComplete="username" value={login} readOnly />
      )}
      <Field
        name="password"
        label={t("signIn.password")}
        type="password"
        autoComplete="current-password"
        fault={missing.password}
      />
      {enter.error && <Wrong error={enter.error} />}
      <PlainButton kind="primary" type="submit" wide busy={enter.isPending}>
        {t("signIn.submit")}
      </PlainButton>
    </form>
  );
}

/** The second step of those who have a second factor. */
export function CodeForm({ entered, back }: { entered: (account: Account) => Promise<void>; back: () => void }) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState<string>();
  const form = useRef<HTMLFormElement>(null);
  const give = useMutation({
    mutationFn: (code: string) => ask("access.giveCode", { code }),
    onSuccess: ({ account }) => entered(account),
  });
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = new FormData(event.currentTarget).get("code");
    const given = typeof code === "string" ? code.trim() : "";
    setMissing(given.length < 6 ? t("signing.needCode") : undefined);
    if (given.length >= 6) give.mutate(given);
  };
  return (
    <form ref={form} className="sign-in-form" noValidate onSubmit={submit}>
      <p className="quiet">{t("signing.codeHint")}</p>
      <Field name="code" label={t("signing.code")} autoComplete="one-time-code" maxLength={20} fault={missing} />
      {give.error && <Wrong error={give.error} />}
      <PlainButton kind="primary" type="submit" wide busy={give.isPending}>
        {t("signing.verify")}
      </PlainButton>
      <PlainButton wide onClick={back}>
        {t("signing.back")}
      </PlainButton>
    </form>
  );
}

function Field({ label, fault, ...input }: ComponentProps<"input"> & { label: string; fault: string | undefined }) {
  const id = useId();
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-invalid={fault !== undefined} aria-describedby={`${id}-fault`} {...input} />
      <span id={`${id}-fault`} className="fault" aria-live="polite">
        {fault}
      </span>
    </p>
  );
}
