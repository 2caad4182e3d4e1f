/** Account and password; whoever gets in is told to the page that asked. */
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client.ts";
import type { Input as Asked, Output } from "../api/contract.ts";
import { Wrong } from "../ui/Wrong.tsx";

type Given = Asked<"access.signIn">;
type Account = Output<"access.signIn">["account"];

/** With a `login`, only its password is asked for. */
export function SignInForm({ login, entered }: { login?: string; entered: (account: Account) => void | Promise<void> }) {
  const { t } = useTranslation();
  const enter = useMutation({
    mutationFn: (given: Given) => ask("access.signIn", { ...given, login: login ?? given.login }),
    onSuccess: ({ account }) => entered(account),
  });
  return (
    <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => enter.mutate(given)}>
      {login === undefined ? (
        <Form.Item name="login" label={t("signIn.login")} rules={[{ required: true, message: t("signIn.needLogin") }]}>
          <Input autoComplete="username" size="large" />
        </Form.Item>
      ) : (
        <input type="hidden" autoComplete="username" value={login} readOnly />
      )}
      <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("signIn.needPassword") }]}>
        <Input.Password
          autoComplete="current-password"
          size="large"
          // The dialog asks for nothing else.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={login !== undefined}
        />
      </Form.Item>
      {enter.error && <Wrong error={enter.error} />}
      <Button type="primary" htmlType="submit" size="large" block loading={enter.isPending}>
        {t("signIn.submit")}
      </Button>
    </Form>
  );
}
