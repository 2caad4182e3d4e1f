/** What the people whom a record names say to it, and what they ask to have put right: beside what it answers. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { later } from "#web/ui/later.tsx";
import { When } from "#web/ui/When.tsx";
import { CorrectionMark } from "./CorrectionMark.tsx";
import { CorrectionSteps } from "./CorrectionSteps.tsx";
import "./own.css";

const AnswerDialog = later(async () => (await import("./AnswerDialog.tsx")).AnswerDialog);

type Found = Output<"ledgers.get">;
type Saying = Pick<Found["responses"][number], "version" | "words" | "at" | "answers">;

export function EntryAnswers({ campaign, ledger, found }: { campaign: string; ledger: Ledger; found: Found }) {
  const { t } = useTranslation();
  const [answering, setAnswering] = useState<Found["corrections"][number]>();
  const { responses, corrections } = found;
  if (responses.length + corrections.length === 0) return undefined;
  return (
    <section className="answers">
      <h3>{t("answers.title")}</h3>
      {responses.map(({ person, earlier, ...last }) => (
        <div className="own-said" key={person + last.at}>
          <h3>{t("answers.of", { person })}</h3>
          <Said {...last} />
          {earlier.length > 0 && (
            <details>
              <summary>{t("answers.earlier", { count: earlier.length })}</summary>
              {earlier.map((one) => (
                <Said key={one.version} {...one} />
              ))}
            </details>
          )}
        </div>
      ))}
      {corrections.map((correction) => (
        <div className="own-said" key={correction.id}>
          <h3>
            {t("answers.request", correction)} <CorrectionMark {...correction} />
          </h3>
          <p className="own-words">
            {t("answers.wanted")}：{correction.wanted}
          </p>
          <CorrectionSteps correction={correction} />
          {correction.may && <Button onClick={() => setAnswering(correction)}>{t("answers.answer")}</Button>}
          {correction.mayNot !== null && <p className="quiet">{correction.mayNot}</p>}
        </div>
      ))}
      {answering && (
        <AnswerDialog
          campaign={campaign}
          ledger={ledger}
          found={found}
          correction={answering}
          close={() => setAnswering(undefined)}
        />
      )}
    </section>
  );
}

function Said({ words, at, answers }: Saying) {
  const { t } = useTranslation();
  return (
    <>
      <p className="own-words">{words}</p>
      <p className="quiet">
        <When at={at} />　{t("answers.onVersion", { version: answers })}
      </p>
    </>
  );
}
