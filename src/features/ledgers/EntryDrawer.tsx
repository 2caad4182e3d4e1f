/** One entry: what it says, who is in it, what belongs to it, what may be done with it now, and all that was done to it. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Drawer, Skeleton, Space, Tag } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { ask, Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { queries, reading } from "#web/api/queries.ts";
import type { Value } from "#web/ui/FieldInput.tsx";
import { NameChip } from "#web/ui/NameChip.tsx";
import { useSmall } from "#web/ui/small.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { Attachments } from "./Attachments.tsx";
import { ConflictDialog } from "./ConflictDialog.tsx";
import { EntryAnswers } from "./EntryAnswers.tsx";
import { EntryForm } from "./EntryForm.tsx";
import { EntryHistory } from "./EntryHistory.tsx";
import { EntryRemoval } from "./EntryRemoval.tsx";
import { EntrySteps } from "./EntrySteps.tsx";
import { Masked } from "./Masked.tsx";
import { shownValue } from "./shown-value.types.ts";

type Found = Output<"ledgers.get">;
type Values = Record<string, Value>;

interface Given {
  campaign: string;
  ledger: Ledger;
  entry: string;
  close: () => void;
  /** Shows the list anew, which the record has left or come back to. */
  listAgain: () => unknown;
  /** The record before or after this one in the list, if it is there. */
  step?: ((by: 1 | -1) => (() => void) | undefined) | undefined;
}

export function EntryDrawer({ campaign, ledger, entry, close, listAgain, step }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const [editing, setEditing] = useState(false);
  const [saved, setSaved] = useState(false);
  const found = useQuery(reading("ledgers.get", { campaign, entry }));
  const change = useMutation({
    mutationFn: ({ values, version }: { values: Values; version: number }) =>
      ask("ledgers.change", { campaign, entry, version, values: values as Found["entry"]["values"] }),
    onSuccess: async () => {
      setEditing(false);
      await queries.invalidateQueries();
      setSaved(true);
    },
  });
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : undefined;
    if (!event.altKey || by === undefined) return;
    event.preventDefault();
    step?.(by)?.();
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  const data = found.data;
  const number = data && ledger.identity.map((name) => data.entry.values[name]).find((value) => value !== undefined);
  const clash =
    change.error instanceof Problem && change.error.code === "version_conflict" ? change.variables?.values : undefined;
  const mayEdit = data?.may.includes("edit") === true && !data.entry.deleted;
  return (
    <Drawer
      open
      onClose={close}
      size={small ? "100%" : 760}
      styles={{ body: { padding: 0, overflow: "hidden" } }}
      title={
        <Space wrap>
          <span>{ledger.name}</span>
          {typeof number === "string" && <span className="quiet">{number}</span>}
          {data?.entry.state && <Tag>{data.entry.state}</Tag>}
          {data?.entry.deleted && <Tag color="red">{t("ledgers.deleted")}</Tag>}
        </Space>
      }
      extra={
        <Space wrap>
          <output className="quiet">{saved && !editing ? t("ledgers.saved") : ""}</output>
          {step && !small && (
            <Space.Compact>
              {([-1, 1] as const).map((by) => {
                const go = step(by);
                const word = t(by < 0 ? "ledgers.before" : "ledgers.after");
                return (
                  <Button key={by} disabled={!go} title={`${word} Alt+${by < 0 ? "↑" : "↓"}`} onClick={() => go?.()}>
                    {word}
                  </Button>
                );
              })}
            </Space.Compact>
          )}
          {data?.may.includes("delete") && !editing && (
            <EntryRemoval campaign={campaign} entry={data.entry} listAgain={listAgain} />
          )}
          {mayEdit && !editing && <Button onClick={() => setEditing(true)}>{t("ledgers.edit")}</Button>}
        </Space>
      }
    >
      <section className="drawer-body" aria-label={ledger.name} ref={reachable}>
        {found.error && <Wrong error={found.error} retry={found.refetch} />}
        {found.isPending && <Skeleton active paragraph={{ rows: 10 }} />}
        {data && editing && (
          <EntryForm
            campaign={campaign}
            draftKey={`entry/${entry}`}
            ledger={ledger}
            unit={data.entry.unit}
            values={data.entry.values}
            error={clash ? null : change.error}
            busy={change.isPending}
            save={(values) => change.mutateAsync({ values, version: data.entry.version })}
            cancel={() => {
              change.reset();
              setEditing(false);
            }}
          />
        )}
        {data && clash && (
          <ConflictDialog
            campaign={campaign}
            ledger={ledger}
            entry={entry}
            mine={Object.fromEntries(Object.entries(clash).map(([name, value]) => [name, typed(ledger, name, value, data)]))}
            settle={(mine, now) =>
              change.mutate({ version: now.version, values: Object.fromEntries(mine.map((name) => [name, clash[name] ?? null])) })
            }
            cancel={() => change.reset()}
          />
        )}
        {data && !editing && (
          <>
            <Content campaign={campaign} ledger={ledger} found={data} />
            <EntryAnswers campaign={campaign} ledger={ledger} found={data} />
            <Attachments campaign={campaign} entry={entry} />
            <EntrySteps campaign={campaign} ledger={ledger} found={data} />
            <EntryHistory ledger={ledger} found={data} />
          </>
        )}
      </section>
    </Drawer>
  );
}

/** What scrolls can be reached by keyboard. */
const reachable = (place: HTMLElement | null): void => place?.setAttribute("tabindex", "0");

const typed = (ledger: Ledger, name: string, value: Value, { names }: Found): string => {
  const field = ledger.fields.find((one) => one.name === name);
  return field ? shownValue(field, value, names) : "";
};

const isPeople = ({ type, derive }: FieldDefinition): boolean => derive === undefined && (type === "person" || type === "people");

function Content({ campaign, ledger, found }: { campaign: string; ledger: Ledger; found: Found }) {
  const { entry, names } = found;
  const { t } = useTranslation();
  const filled = ledger.fields.flatMap((field) => {
    const text = shownValue(field, entry.values[field.name] ?? entry.computed[field.name], names);
    return text === "" ? [] : [{ field, text }];
  });
  const reveals = new Map(found.reveals.map((one) => [one.field, one]));
  const people = filled.filter(({ field }) => isPeople(field));
  return (
    <>
      <section>
        <h3>{t("ledgers.sections.content")}</h3>
        <dl className="entry">
          {filled
            .filter(({ field }) => !isPeople(field))
            .map(({ field, text }) => (
              <div key={field.name} className={field.type === "longtext" ? "wide" : ""}>
                <dt>{field.name}</dt>
                <dd>
                  {reveals.has(field.name) ? (
                    <Masked
                      // Another version of it is hidden anew.
                      key={entry.version}
                      campaign={campaign}
                      entry={entry.id}
                      field={field.name}
                      masked={text}
                      reason={reveals.get(field.name)?.reason === true}
                    />
                  ) : (
                    text
                  )}
                  {field.unit && <span className="quiet"> {field.unit}</span>}
                </dd>
              </div>
            ))}
        </dl>
      </section>
      {people.length > 0 && (
        <section>
          <h3>{t("ledgers.sections.people")}</h3>
          <dl className="entry">
            {people.map(({ field }) => (
              <div key={field.name} className="wide">
                <dt>{field.name}</dt>
                <dd className="entry-people">
                  {[entry.values[field.name] ?? []].flat().map((one) => (
                    <NameChip key={String(one)} kind="person" name={names.people[String(one)] ?? String(one)} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}
