/** What of the audit is asked for. Each choice is asked at once; what is typed, when the typing rests. */
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Input as Asking } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { DayField } from "#web/ui/DayField.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { useSettled } from "#web/ui/use-settled.ts";

export type AuditAsked = Omit<Asking<"audit.list">, "campaign" | "before" | "limit">;

interface Given {
  campaign: string;
  asked: AuditAsked;
  ask: (asked: AuditAsked) => void;
  children: ReactNode;
}

export function AuditFilters({ campaign, asked, ask, children }: Given) {
  const { t } = useTranslation();
  const own = useQuery(reading("campaigns.get", { campaign })).data?.unit ?? 0;
  const set = (next: { [K in keyof AuditAsked]?: AuditAsked[K] | undefined }): void =>
    ask(Object.fromEntries(Object.entries({ ...asked, ...next }).filter(([, one]) => one !== undefined && one !== "")));
  const words = t("audit.groups", { returnObjects: true });
  return (
    <div className="audit-filters">
      <Typed name="who" value={asked.who ?? ""} set={(who) => set({ who })} />
      <Typed name="subject" value={asked.subject ?? ""} set={(subject) => set({ subject })} />
      <DayField
        type="period"
        aria-label={t("audit.days")}
        value={asked.from && asked.to ? `${asked.from}/${asked.to}` : ""}
        change={(value) => {
          const [from, to] = value?.split("/") ?? [];
          set({ from, to });
        }}
      />
      <UnitPicker
        campaign={campaign}
        unit={typeof asked.unit === "number" ? asked.unit : own}
        choose={(unit) => set({ unit: unit === own ? undefined : unit })}
      />
      <Chosen
        label={t("audit.only")}
        all={t("audit.onlyAll")}
        value={asked.only}
        options={(["looks", "writes", "exports"] as const).map((one) => [one, t(`audit.onlys.${one}`)])}
        set={(only) => set({ only: only as AuditAsked["only"] })}
      />
      <Chosen
        label={t("audit.group")}
        all={t("audit.groupAll")}
        value={asked.group}
        options={Object.entries(words)}
        set={(group) => set({ group })}
      />
      <Chosen
        label={t("audit.result")}
        all={t("audit.resultAll")}
        value={asked.refused === undefined ? undefined : String(asked.refused)}
        options={(["true", "false"] as const).map((one) => [one, t(`audit.results.${one}`)])}
        set={(one) => set({ refused: one === undefined ? undefined : one === "true" })}
      />
      <div className="audit-acts">
        <Button disabled={Object.keys(asked).length === 0} onClick={() => ask({})}>
          {t("audit.clear")}
        </Button>
        {children}
      </div>
    </div>
  );
}

function Typed({ name, value, set }: { name: "who" | "subject"; value: string; set: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const settled = useSettled(text);
  // What is asked may change elsewhere: all conditions cleared, another subject followed.
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  useEffect(() => {
    if (settled.trim() !== value && settled === text) set(settled.trim());
    // Only what was typed asks anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled]);
  return (
    <Input
      allowClear
      placeholder={t(`audit.${name}`)}
      aria-label={t(`audit.${name}`)}
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}

interface Choosing {
  label: string;
  all: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  set: (value: string | undefined) => void;
}

function Chosen({ label, all, value, options, set }: Choosing) {
  return (
    <Select
      aria-label={label}
      value={value ?? ""}
      options={[{ value: "", label: all }, ...options.map(([one, word]) => ({ value: one, label: word }))]}
      onChange={(one) => set(one === "" ? undefined : one)}
    />
  );
}
