/** A correction that one asked for: what was asked, how it went on, and what may still be done. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries } from "#web/api/queries.ts";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { CorrectionMark } from "./CorrectionMark.tsx";
import { CorrectionSteps } from "./CorrectionSteps.tsx";
import type { OwnEntryOut } from "./OwnEntry.tsx";

export function OwnCorrection({ campaign, correction }: { campaign: string; correction: OwnEntryOut["corrections"][number] }) {
  const { t } = useTranslation();
  const [objecting, setObjecting] = useState(false);
  const [why, setWhy] = useState("");
  const go = useMutation({
    mutationFn: (step: "withdraw" | "review") => ask(`own.${step}`, { campaign, correction: correction.id, why }),
    onSuccess: async () => {
      setObjecting(false);
      await queries.invalidateQueries();
    },
  });
  const open = correction.state === "asked" || correction.state === "review";
  return (
    <div className="own-said">
      <h3>
        {t("answers.steps.ask", { field: correction.field })} <CorrectionMark {...correction} />
      </h3>
      <p className="own-words">
        {t("answers.wanted")}：{correction.wanted}
      </p>
      <CorrectionSteps correction={correction} />
      {objecting && (
        <form
          className="own-form"
          onSubmit={(event) => {
            event.preventDefault();
            go.mutate("review");
          }}
        >
          <label>
            {t("answers.mine.reviewWhy")}
            <textarea rows={3} required maxLength={2000} value={why} onChange={({ target }) => setWhy(target.value)} />
          </label>
          <div className="own-acts">
            <PlainButton type="submit" kind="primary" busy={go.isPending}>
              {t("answers.mine.reviewSend")}
            </PlainButton>
            <PlainButton onClick={() => setObjecting(false)}>{t("cancel")}</PlainButton>
          </div>
        </form>
      )}
      {go.error && <Wrong error={go.error} />}
      {!objecting && (open || correction.state === "declined") && (
        <div className="own-acts">
          {correction.state === "declined" && (
            <PlainButton onClick={() => setObjecting(true)}>{t("answers.mine.review")}</PlainButton>
          )}
          {open && (
            <PlainButton busy={go.isPending} onClick={() => go.mutate("withdraw")}>
              {t("answers.mine.withdraw")}
            </PlainButton>
          )}
        </div>
      )}
    </div>
  );
}
