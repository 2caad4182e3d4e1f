/** A value that is shown masked, and whole to who asks for it and may: until it is hidden again or the record is left. */
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { ReasonDialog } from "#web/ui/ReasonDialog.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

interface Given {
  campaign: string;
  entry: string;
  field: string;
  /** Its masked form. */
  masked: string;
  /** Whether one must say why one looks. */
  reason: boolean;
}

export function Masked({ campaign, entry, field, masked, reason: asks }: Given) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const shown = useMutation({
    mutationFn: (reason?: string) => ask("ledgers.reveal", { campaign, entry, field, ...(reason ? { reason } : {}) }),
    onSuccess: () => setAsking(false),
    // What was looked at is not kept once nobody looks.
    gcTime: 0,
  });
  const whole = shown.data;
  const word = t(whole ? "ledgers.masked.hide" : "ledgers.masked.show");
  return (
    <>
      <span className={whole ? "" : "masked"}>{whole ? (whole.value ?? "") : masked}</span>{" "}
      <Button
        type="link"
        size="small"
        className="reveal"
        loading={shown.isPending && !asking}
        aria-label={`${word} ${field}`}
        onClick={() => (whole ? shown.reset() : asks ? setAsking(true) : shown.mutate(undefined))}
      >
        {word}
      </Button>
      {shown.error && !asking && <Wrong error={shown.error} />}
      {asking && (
        <ReasonDialog
          title={t("ledgers.masked.title", { field })}
          words={t("ledgers.masked.words")}
          go={t("ledgers.masked.show")}
          busy={shown.isPending}
          error={shown.error}
          done={shown.mutate}
          cancel={() => {
            shown.reset();
            setAsking(false);
          }}
        />
      )}
    </>
  );
}
