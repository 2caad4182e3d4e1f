/** Accounts of a unit and those below it: found, made, changed, their passwords reset, their sessions ended. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Dropdown, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { duties } from "#kernel/duties.ts";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { later } from "#web/ui/later.tsx";
import { ActivationSlips, type Slip } from "#web/ui/ActivationSlips.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { clock } from "#web/ui/clock.ts";

const AccountForm = later(async () => (await import("./AccountForm.tsx")).AccountForm);
const ResetFactor = later(async () => (await import("./ResetFactor.tsx")).ResetFactor);
const Tokens = later(async () => (await import("./Tokens.tsx")).Tokens);
const RosterAccounts = later(async () => (await import("./RosterAccounts.tsx")).RosterAccounts);
const AccountSessions = later(async () => (await import("./AccountSessions.tsx")).AccountSessions);

export type Account = Output<"accounts.list">["accounts"][number];
const pageSize = 20;

export function AccountsTab({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const definition = useQuery(reading("campaigns.get", { campaign }));
  const roles = useQuery(reading("accounts.roles", { campaign }));
  const [unit, setUnit] = useState<number>();
  const [text, setText] = useState("");
  const [role, setRole] = useState<string>();
  const [page, setPage] = useState(1);
  const [form, setForm] = useState<Account | "new">();
  const [sessions, setSessions] = useState<Account>();
  const [factorOf, setFactorOf] = useState<Account>();
  const [tokensOf, setTokensOf] = useState<Account>();
  const [many, setMany] = useState<"roster" | "codes">();
  const [slips, setSlips] = useState<readonly Slip[]>();
  const accounts = useQuery({
    ...reading("accounts.list", {
      campaign,
      limit: pageSize,
      offset: (page - 1) * pageSize,
      ...(unit === undefined ? {} : { unit }),
      ...(text.trim() === "" ? {} : { text: text.trim() }),
      ...(role === undefined ? {} : { role }),
    }),
    placeholderData: (before) => before,
  });
  const again = () => queries.invalidateQueries({ queryKey: ["accounts.list"] });
  const turn = useMutation({
    mutationFn: ({ account, on }: { account: Account; on: boolean }) =>
      ask(on ? "accounts.enable" : "accounts.disable", { campaign, account: account.id }),
    onSuccess: async (_, { account, on }) => {
      await again();
      const key = `turned ${account.id}`;
      message.success({
        key,
        duration: 8,
        content: on ? (
          t("accounts.enabledDone", { name: account.name })
        ) : (
          <>
            {t("accounts.disabledDone", { name: account.name })}{" "}
            <Button type="link" size="small" onClick={() => turn.mutate({ account, on: true })}>
              {t("accounts.undo")}
            </Button>
          </>
        ),
      });
    },
    onError: (error) => message.error(error.message),
  });
  const reset = useMutation({
    mutationFn: (account: Account) => ask("accounts.resetPassword", { campaign, account: account.id }),
    onSuccess: async (slip) => {
      setSlips([slip]);
      await again();
    },
    onError: (error) => message.error(error.message),
  });
  const sure = (account: Account, what: "reset" | "disable", then: () => void): void =>
    void modal.confirm({
      title: t(`accounts.${what}Sure`, { name: account.name }),
      content: t(`accounts.${what}Words`),
      okText: t(`accounts.${what}`),
      onOk: then,
    });
  const act = (account: Account, key: string): void => {
    if (key === "edit") setForm(account);
    else if (key === "sessions") setSessions(account);
    else if (key === "factor") setFactorOf(account);
    else if (key === "tokens") setTokensOf(account);
    else if (key === "reset") sure(account, "reset", () => reset.mutate(account));
    else if (key === "disable") sure(account, "disable", () => turn.mutate({ account, on: false }));
    else turn.mutate({ account, on: true });
  };
  const roleOptions = [
    ...(definition.data?.roles.map(({ key, name }) => ({ value: key, label: name })) ?? []),
    ...duties.map((duty) => ({ value: duty as string, label: t(`accounts.duties.${duty}`) })),
  ];
  const roleNames = new Map(roleOptions.map(({ value, label }) => [value, label]));
  const first =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setPage(1);
      set(value);
    };
  return (
    <>
      <div className="page-tools" style={{ marginBottom: 14 }}>
        <UnitPicker campaign={campaign} unit={unit ?? definition.data?.unit ?? 0} choose={first(setUnit)} />
        <Select
          allowClear
          style={{ minWidth: 160 }}
          placeholder={t("accounts.allRoles")}
          aria-label={t("accounts.role")}
          value={role ?? null}
          options={roleOptions}
          onChange={first((chosen: string | null | undefined) => setRole(chosen ?? undefined))}
        />
        <Input
          allowClear
          className="find"
          placeholder={t("accounts.find")}
          aria-label={t("accounts.find")}
          value={text}
          onChange={(event) => first(setText)(event.target.value)}
        />
        <Dropdown
          trigger={["click"]}
          menu={{
            items: (["roster", "codes"] as const).map((key) => ({ key, label: t(`accounts.${key}`) })),
            onClick: ({ key }) => setMany(key as "roster"),
          }}
        >
          <Button style={{ marginLeft: "auto" }}>{t("accounts.many")}</Button>
        </Dropdown>
        <Button type="primary" onClick={() => setForm("new")}>
          {t("accounts.make")}
        </Button>
      </div>
      {accounts.error && <Wrong error={accounts.error} retry={accounts.refetch} />}
      <ListTable<Account>
        label={t("accounts.title")}
        rowKey="id"
        loading={accounts.isPending}
        dataSource={accounts.data?.accounts ?? []}
        locale={{ emptyText: t("accounts.none") }}
        pagination={{
          current: page,
          pageSize,
          total: accounts.data?.total ?? 0,
          onChange: setPage,
          hideOnSinglePage: true,
          showSizeChanger: false,
          showTotal: (count) => t("accounts.count", { count }),
        }}
        columns={[
          { title: t("accounts.login"), dataIndex: "login" },
          {
            title: t("accounts.name"),
            render: (_, { name, personName }) => (personName && personName !== name ? `${name}（${personName}）` : name),
            onCell: () => ({ className: "wrap" }),
          },
          { title: t("accounts.unit"), dataIndex: "unitName", onCell: () => ({ className: "wrap" }) },
          {
            title: t("accounts.role"),
            render: (_, { duty, roles: held }) => (duty ? [duty] : held).map((key) => roleNames.get(key) ?? key).join("、"),
            onCell: () => ({ className: "wrap" }),
          },
          { title: t("accounts.state"), render: (_, one) => <State {...one} /> },
          {
            title: t("accounts.seen"),
            className: "number",
            render: (_, { seenAt }) =>
              seenAt ? clock.format(new Date(seenAt)) : <span className="quiet">{t("accounts.never")}</span>,
          },
          {
            title: t("accounts.actions"),
            render: (_, account) => (
              <Dropdown
                trigger={["click"]}
                disabled={!account.may}
                menu={{
                  items: [
                    ...(["edit", "reset", "sessions", account.disabled ? "enable" : "disable"] as const).map((key) => ({
                      key: key as string,
                      label: t(`accounts.${key}`),
                    })),
                    ...(roles.data?.resetsFactors ? [{ key: "factor", label: t("signing.resetFactor") }] : []),
                    ...(roles.data?.givesTokens ? [{ key: "tokens", label: t("signing.tokens.title") }] : []),
                  ],
                  onClick: ({ key }) => act(account, key),
                }}
              >
                <Button
                  size="small"
                  aria-label={`${account.login} ${t("accounts.actions")}`}
                  {...(account.may ? {} : { title: t("accounts.notYours") })}
                >
                  {t("accounts.actions")}
                </Button>
              </Dropdown>
            ),
          },
        ]}
      />
      {form && (
        <AccountForm
          campaign={campaign}
          account={form === "new" ? undefined : form}
          unit={unit ?? definition.data?.unit ?? 0}
          roles={roles.data?.roles ?? []}
          close={() => setForm(undefined)}
          made={setSlips}
        />
      )}
      {sessions && <AccountSessions campaign={campaign} account={sessions} close={() => setSessions(undefined)} />}
      {factorOf && <ResetFactor campaign={campaign} account={factorOf} close={() => setFactorOf(undefined)} />}
      {tokensOf && (
        <Modal
          open
          className="tokens-of"
          title={`${t("signing.tokens.title")}　${tokensOf.login}`}
          footer={null}
          onCancel={() => setTokensOf(undefined)}
        >
          <Tokens of={{ campaign, account: tokensOf.id }} />
        </Modal>
      )}
      {many && (
        <RosterAccounts
          campaign={campaign}
          what={many}
          unit={unit ?? definition.data?.unit ?? 0}
          roles={roles.data?.roles ?? []}
          close={() => setMany(undefined)}
          made={setSlips}
        />
      )}
      {slips && <ActivationSlips slips={slips} close={() => setSlips(undefined)} />}
    </>
  );
}

/** A shape and a word. */
function State({ disabled, waiting, sessions }: Account) {
  const { t } = useTranslation();
  if (disabled) return <span className="quiet">◼ {t("accounts.disabled")}</span>;
  if (waiting)
    return (
      <span>
        <span style={{ color: "var(--ant-color-warning)" }}>▲</span> {t("accounts.waiting")}
      </span>
    );
  return (
    <span>
      <span style={{ color: "var(--ant-color-success)" }}>●</span>{" "}
      {sessions > 0 ? t("accounts.using", { count: sessions }) : t("accounts.normal")}
    </span>
  );
}
