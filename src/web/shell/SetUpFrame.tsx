/** What stands around the steps of the first run: where one is, and what is still to come. */
import { Progress, Steps } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSmall } from "../ui/small.ts";
import "./setup.css";

const steps = ["pack", "account", "units", "people", "ledger", "done"] as const;
export type SetUpStep = (typeof steps)[number];

interface Given {
  step: SetUpStep;
  /** Where a step leads when it is clicked; steps without a way are not clicked. */
  go?: ((step: SetUpStep) => void) | undefined;
  children: ReactNode;
}

export function SetUpFrame({ step, go, children }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const at = steps.indexOf(step);
  return (
    <div className="set-up">
      {small ? (
        <div className="set-up-at">
          <span>{t("setup.step", { number: at + 1, count: steps.length, name: t(`setup.steps.${step}`) })}</span>
          <Progress percent={(100 * (at + 1)) / steps.length} showInfo={false} size="small" aria-label={t("setup.title")} />
        </div>
      ) : (
        <Steps
          current={at}
          size="small"
          items={steps.map((one) => ({ title: t(`setup.steps.${one}`), disabled: steps.indexOf(one) < 2 }))}
          {...(go ? { onChange: (index: number) => go(steps[index] ?? step) } : {})}
        />
      )}
      <section className="set-up-body">{children}</section>
    </div>
  );
}
