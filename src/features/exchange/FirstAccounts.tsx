/** Accounts for the liaisons of the units of the next level, made in one go, and the address to send out. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Input, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { ActivationSlips } from "#web/ui/ActivationSlips.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Unit = Output<"units.get">["below"][number];

const onThisMachine = /^(localhost|127\.|\[::1\])/;

export function FirstAccounts({ campaign, top }: { campaign: string; top: number }) {
  const { t } = useTranslation();
  const unit = useQuery(reading("units.get", { campaign, unit: top }));
  const accounts = useQuery(reading("accounts.list", { campaign, role: "liaison", limit: 500 }));
  const [chosen, setChosen] = useState<readonly number[]>();
  const [logins, setLogins] = useState<Record<number, string>>({});
  const make = useMutation({
    mutationFn: (units: readonly Unit[]) =>
      ask("accounts.create", {
        campaign,
        accounts: units.map((one) => ({
          login: loginOf(one),
          name: t("setup.liaison", { unit: one.name }).slice(0, 100),
          unit: one.id,
          role: "liaison",
        })),
      }),
    onSuccess: () => queries.invalidateQueries(),
  });
  if (unit.error ?? accounts.error) return <Wrong error={(unit.error ?? accounts.error) as Error} />;
  if (!unit.data || !accounts.data) return <Skeleton active />;
  const held = new Set(accounts.data.accounts.map((one) => one.unit));
  const without = unit.data.below.filter(({ id }) => !held.has(id)).slice(0, 200);
  const loginOf = ({ id, code }: Unit): string => logins[id] ?? (code ?? `dw${id}`).toLowerCase();
  const wanted = without.filter(({ id }) => chosen === undefined || chosen.includes(id));
  const choose = (id: number, on: boolean): void => {
    const others = wanted.map((one) => one.id).filter((one) => one !== id);
    setChosen(on ? [...others, id] : others);
  };
  const { host, hostname, origin } = window.location;
  return (
    <>
      {without.length === 0 ? (
        <Alert type="success" showIcon title={t("setup.allHave")} />
      ) : (
        <>
          <ListTable<Unit>
            label={t("setup.doneTitle")}
            rowKey="id"
            dataSource={without}
            pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
            columns={[
              {
                title: t("setup.unit"),
                render: (_, { id, name }) => (
                  <Checkbox checked={wanted.some((one) => one.id === id)} onChange={({ target }) => choose(id, target.checked)}>
                    {name}
                  </Checkbox>
                ),
              },
              {
                title: t("setup.login"),
                width: 220,
                render: (_, one) => (
                  <Input
                    aria-label={`${one.name} ${t("setup.login")}`}
                    value={loginOf(one)}
                    onChange={(event) => setLogins({ ...logins, [one.id]: event.target.value.trim() })}
                  />
                ),
              },
            ]}
          />
          {make.error && <Wrong error={make.error} />}
          <Button
            style={{ marginTop: 14 }}
            disabled={wanted.length === 0}
            loading={make.isPending}
            onClick={() => make.mutate(wanted)}
          >
            {t("setup.make", { count: wanted.length })}
          </Button>
        </>
      )}
      <h2 style={{ marginTop: 28 }}>{t("setup.phones")}</h2>
      <p style={{ overflowWrap: "anywhere" }}>
        {onThisMachine.test(hostname) ? t("setup.phonesHere", { address: host }) : t("setup.phonesShare", { address: origin })}
      </p>
      <p className="quiet">{t("setup.more")}</p>
      {make.data && <ActivationSlips slips={make.data.accounts} close={make.reset} />}
    </>
  );
}
