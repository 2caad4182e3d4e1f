/** 首次启用, signed in: units, people, the first ledger, accounts. Each step shows what is there already and may be left. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { SetUpFrame, type SetUpStep } from "#web/shell/SetUpFrame.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { FirstAccounts } from "./FirstAccounts.tsx";
import { ImportBox } from "./ImportBox.tsx";

type Progress = Output<"setup.progress">;

/** The first step of which nothing is there yet. */
const nextOf = ({ units, people, imports }: Progress): Step =>
  units === 0 ? "units" : people === 0 ? "people" : imports < 3 ? "ledger" : "done";
const order = ["units", "people", "ledger", "done"] as const;
type Step = (typeof order)[number];

export function FirstStepsPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/set-up" });
  const search = useSearch({ from: "/c/$campaign/set-up" });
  const navigate = useNavigate({ from: "/c/$campaign/set-up" });
  const definition = useQuery(reading("campaigns.get", { campaign }));
  const progress = useQuery(reading("setup.progress", { campaign }));
  const [begun, setBegun] = useState<Step>();
  if (progress.error) return <Wrong error={progress.error} retry={progress.refetch} />;
  if (!definition.data || !progress.data) return <Skeleton active style={{ padding: 32 }} />;
  // What is brought in on a step must not turn its page.
  const step = search.step ?? begun ?? nextOf(progress.data);
  if (begun === undefined) setBegun(step);
  const at = order.indexOf(step);
  const go = (to: SetUpStep | undefined): void => void navigate({ search: { step: order.find((one) => one === to) } });
  const some = progress.data.units + progress.data.people + progress.data.imports > 0;
  return (
    <div className="set-up-page">
      <SetUpFrame step={step} go={go}>
        <h2>{t(`setup.${step}Title`)}</h2>
        <p className="quiet">{t(`setup.${step}Hint`)}</p>
        {step === "done" ? (
          <FirstAccounts campaign={campaign} top={definition.data.unit} />
        ) : (
          <Bring key={step} campaign={campaign} step={step} definition={definition.data} />
        )}
        {some && (
          <p className="quiet" style={{ margin: "16px 0 0" }}>
            {t("setup.already", { ...progress.data })}
          </p>
        )}
        <div className="set-up-foot">
          {at > 0 && <Button onClick={() => go(order[at - 1])}>{t("setup.back")}</Button>}
          {step === "done" ? (
            <Button className="push" type="primary" onClick={() => void navigate({ to: "/c/$campaign/figures", search: {} })}>
              {t("setup.finish")}
            </Button>
          ) : (
            <Button
              className="push"
              type={isThere(step, progress.data) ? "primary" : "default"}
              onClick={() => go(order[at + 1])}
            >
              {isThere(step, progress.data) ? t("setup.next") : t("setup.skip")}
            </Button>
          )}
        </div>
      </SetUpFrame>
    </div>
  );
}

const isThere = (step: Step, { units, people, imports }: Progress): boolean =>
  step === "units" ? units > 0 : step === "people" ? people > 0 : imports > 2;

/** One step's import: of the register, or of any ledger. */
function Bring({ campaign, step, definition }: { campaign: string; step: Step; definition: Output<"campaigns.get"> }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<string>();
  const registers = definition.ledgers.filter((ledger) => ledger.registers);
  const others = definition.ledgers.filter((ledger) => !ledger.registers && ledger.may.includes("record"));
  const ledger =
    step === "ledger"
      ? others.find(({ key }) => key === wanted)
      : registers.find(({ registers: about }) => about?.what === (step === "units" ? "units" : "people"));
  if (!ledger && step !== "ledger") return <p>{t(step === "units" ? "setup.noUnits" : "setup.noPeople")}</p>;
  return (
    <>
      <div className="page-tools" style={{ marginBottom: 14 }}>
        {step === "ledger" && (
          <Select
            showSearch={{ optionFilterProp: "label" }}
            style={{ minWidth: 280 }}
            placeholder={t("setup.sampleOf")}
            aria-label={t("setup.sampleOf")}
            value={wanted ?? null}
            options={others.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={(key: string) => setWanted(key)}
          />
        )}
        <Button
          disabled={!ledger}
          {...(ledger ? { href: `/api/campaigns/${campaign}/ledgers/${ledger.key}/sample`, download: true } : {})}
        >
          {t("setup.sample")}
        </Button>
      </div>
      <ImportBox campaign={campaign} {...(step === "ledger" ? {} : { ledger: ledger?.key })} />
    </>
  );
}
