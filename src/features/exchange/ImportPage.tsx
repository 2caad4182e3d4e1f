/** 导入: drop a workbook, see what it would do, put right what was not recognised, bring it in, take it back. */
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PageHead } from "#web/ui/PageHead.tsx";
import { ImportBox } from "./ImportBox.tsx";
import { ImportsTable } from "./ImportsTable.tsx";

export function ImportPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/import" });
  const [busy, setBusy] = useState(false);
  return (
    <div className="page">
      <PageHead title={t("import.title")} />
      <ImportBox campaign={campaign} busy={setBusy} />
      {!busy && <ImportsTable campaign={campaign} />}
    </div>
  );
}
