/** Before records leave as a file: why, where that must be said, and whether what is masked leaves whole. */
import { Checkbox, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ledger } from "#web/api/definition.ts";
import { ReasonDialog } from "#web/ui/ReasonDialog.tsx";
import { mayLeaveWhole, needsReason } from "./ledgers.types.ts";

interface Given {
  ledger: Ledger;
  busy: boolean;
  error: Error | null;
  done: (how: { reason: string; clear: boolean }) => void;
  cancel: () => void;
}

export function TakeOut({ ledger, busy, error, done, cancel }: Given) {
  const { t } = useTranslation();
  const [clear, setClear] = useState(false);
  return (
    <ReasonDialog
      title={t("ledgers.takeOut.title", { ledger: ledger.name })}
      words={t(needsReason(ledger) ? "ledgers.takeOut.words" : "ledgers.takeOut.maskedWords")}
      go={t("ledgers.takeOut.go")}
      optional={!needsReason(ledger) && !clear}
      busy={busy}
      error={error}
      done={(reason) => done({ reason, clear })}
      cancel={cancel}
    >
      {mayLeaveWhole(ledger) && (
        <Form.Item>
          <Checkbox checked={clear} onChange={({ target }) => setClear(target.checked)}>
            {t("ledgers.takeOut.whole")}
          </Checkbox>
        </Form.Item>
      )}
    </ReasonDialog>
  );
}
