/** One entry: what it says, what may be done with it now, and all that was done to it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Drawer, Input, Skeleton, Space, Tag, Timeline } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import type { Value } from "#web/ui/FieldInput.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { Attachments } from "./Attachments.tsx";
import { EntryForm } from "./EntryForm.tsx";
import { shownValue } from "./shown-value.types.ts";
import "./ledgers.css";

type Ledger = Output<"campaigns.get">["ledgers"][number];
type Found = Output<"ledgers.get">;

interface Shown {
  campaign: string;
  ledger: Ledger;
  entry: string;
  close: () => void;
}

const changedHere = (): Promise<void> => queries.invalidateQueries();

export function EntryDrawer({ campaign, ledger, entry, close }: Shown) {
  const { t } = useTranslation();
  const small = useSmall();
  const [editing, setEditing] = useState(false);
  const { message } = App.useApp();
  const found = useQuery(reading("ledgers.get", { campaign, entry }));
  const change = useMutation({
    mutationFn: (values: Record<string, Value>) =>
      ask("ledgers.change", {
        campaign,
        entry,
        version: found.data?.entry.version ?? 0,
        values: values as Found["entry"]["values"],
      }),
    onSuccess: async () => {
      setEditing(false);
      await changedHere();
      message.success(t("ledgers.saved"));
    },
  });
  const data = found.data;
  const number = data && ledger.identity.map((name) => data.entry.values[name]).find((value) => value !== undefined);
  return (
    <Drawer
      open
      onClose={close}
      size={small ? "100%" : 720}
      title={
        <Space>
          <span>{ledger.name}</span>
          {typeof number === "string" && <span className="quiet">{number}</span>}
          {data?.entry.state && <Tag>{data.entry.state}</Tag>}
          {data?.entry.deleted && <Tag color="red">{t("ledgers.deleted")}</Tag>}
        </Space>
      }
      extra={
        data?.may.includes("edit") &&
        !editing &&
        !data.entry.deleted && <Button onClick={() => setEditing(true)}>{t("ledgers.edit")}</Button>
      }
    >
      {found.error && <Wrong error={found.error} retry={found.refetch} />}
      {found.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
      {data && editing && (
        <>
          {change.error instanceof Problem && change.error.code === "version_conflict" && (
            <Conflict problem={change.error} keepMine={() => void found.refetch().then(() => change.reset())} />
          )}
          <EntryForm
            campaign={campaign}
            draftKey={`entry/${entry}`}
            ledger={ledger}
            unit={data.entry.unit}
            values={data.entry.values}
            error={change.error instanceof Problem && change.error.code === "version_conflict" ? null : change.error}
            busy={change.isPending}
            save={(values) => change.mutateAsync(values)}
            cancel={() => {
              change.reset();
              setEditing(false);
            }}
          />
        </>
      )}
      {data && !editing && (
        <>
          <dl className="entry">
            {ledger.fields.map((field) => {
              const text = shownValue(field, data.entry.values[field.name] ?? data.entry.computed[field.name], data.names);
              return (
                text !== "" && (
                  <div key={field.name}>
                    <dt>{field.name}</dt>
                    <dd>
                      {text}
                      {field.unit && <span className="quiet"> {field.unit}</span>}
                    </dd>
                  </div>
                )
              );
            })}
          </dl>
          <Attachments campaign={campaign} entry={entry} />
          <Steps campaign={campaign} found={data} />
          <History ledger={ledger} found={data} />
        </>
      )}
    </Drawer>
  );
}

/** Someone else was faster: their changes, and the choice to look at them with one's own still in the form. */
function Conflict({ problem, keepMine }: { problem: Problem; keepMine: () => void }) {
  const { t } = useTranslation();
  const theirs = Object.entries((problem.details["theirs"] ?? {}) as Record<string, unknown>);
  return (
    <div className="conflict" role="alert">
      <p>{problem.message}</p>
      <ul>
        {theirs.map(([name, value]) => (
          <li key={name}>
            {name}：{typeof value === "string" ? value : JSON.stringify(value)}
          </li>
        ))}
      </ul>
      <Button onClick={keepMine}>{t("ledgers.keepMine")}</Button>
    </div>
  );
}

/** The steps that the state allows; those that one may not take say why. */
function Steps({ campaign, found }: { campaign: string; found: Found }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const take = useMutation({
    mutationFn: (step: { transition: string; reason?: string }) =>
      ask("ledgers.move", { campaign, entry: found.entry.id, version: found.entry.version, ...step }),
    onSuccess: async () => {
      await changedHere();
      message.success(t("ledgers.saved"));
    },
  });
  if (found.transitions.length === 0) return undefined;
  const begin = (name: string, needsReason: boolean): void => {
    if (!needsReason) return take.mutate({ transition: name });
    let reason = "";
    modal.confirm({
      title: name,
      icon: null,
      okText: name,
      content: (
        <Input.TextArea
          aria-label={t("ledgers.reason")}
          placeholder={t("ledgers.reason")}
          rows={3}
          onChange={(event) => (reason = event.target.value)}
        />
      ),
      onOk: async () => {
        await take.mutateAsync({ transition: name, reason });
      },
    });
  };
  return (
    <section className="steps">
      <Space wrap>
        {found.transitions.map(({ name, allowed, why, fields, reason }) => (
          <Button
            key={name}
            disabled={!allowed || fields.length > 0}
            title={why ?? (fields.length > 0 ? t("ledgers.fillFirst", { fields: fields.join("、") }) : undefined)}
            loading={take.isPending && take.variables.transition === name}
            onClick={() => begin(name, reason)}
          >
            {name}
          </Button>
        ))}
      </Space>
      {take.error && <Wrong error={take.error} />}
    </section>
  );
}

const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

function History({ ledger, found }: { ledger: Ledger; found: Found }) {
  const { t } = useTranslation();
  const fields = new Map(ledger.fields.map((field) => [field.name, field]));
  return (
    <section>
      <h3>{t("ledgers.history")}</h3>
      <Timeline
        items={found.history.toReversed().map((event) => ({
          key: event.version,
          content: (
            <>
              <div>
                <strong>{t(`ledgers.actions.${event.action}` as never, { defaultValue: event.action })}</strong>{" "}
                <span className="quiet">
                  {clock.format(new Date(event.at))}　{event.actorName ?? t("ledgers.program")}
                </span>
              </div>
              {event.file && <div className="file-name">《{event.file}》</div>}
              {event.reason && <div>{t("ledgers.because", { reason: event.reason })}</div>}
              {event.version > 1 && (
                <ul className="changes">
                  {Object.entries(event.changes).map(([name, value]) => {
                    const field = fields.get(name);
                    return (
                      <li key={name}>
                        {name} → {(field ? shownValue(field, value, found.names) : String(value)) || t("ledgers.emptied")}
                      </li>
                    );
                  })}
                </ul>
              )}
            </>
          ),
        }))}
      />
    </section>
  );
}
