/** By which steps a request went: who, when, and what was said. */
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { When } from "#web/ui/When.tsx";

type Correction = Output<"ledgers.get">["corrections"][number];

export function CorrectionSteps({ correction: { field, why, evidence, steps } }: { correction: Correction }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="own-words">
        {t("answers.why")}：{why}
        {evidence !== "" && (
          <>
            <br />
            {t("answers.evidence")}：{evidence}
          </>
        )}
      </p>
      <ol className="own-steps">
        {steps.map(({ step, words, who, at }) => (
          <li key={at + step}>
            <span className="quiet">
              <When at={at} />　{who}
            </span>{" "}
            {t(`answers.steps.${step}`, { field })}
            {words !== null && <span className="own-words">：{words}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}
