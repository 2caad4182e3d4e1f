/** 核验: what a document said, by the code that it carries, and what its figures come to now. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Alert, Button, Input, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { When } from "#web/ui/When.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { DriftList, DriftSummary } from "./DriftList.tsx";
import "./documents.css";

/** The code is looked for in every campaign that one takes part in: paper does not say which it belongs to. */
async function look(code: string): Promise<(Output<"reports.check"> & { campaign: string }) | null> {
  const { campaigns } = await ask("campaigns.list", {});
  for (const { key } of campaigns) {
    try {
      return { ...(await ask("reports.check", { campaign: key, code })), campaign: key };
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 403)) throw error;
    }
  }
  return null;
}

export function VerifyPage() {
  const { t } = useTranslation();
  const { code } = useParams({ from: "/verify/{-$code}" });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(code ?? "");
  const found = useQuery({
    queryKey: ["verify", code],
    queryFn: () => look(code ?? ""),
    enabled: code !== undefined,
    retry: false,
  });
  const go = (): void => {
    const wanted = typed.trim().toUpperCase();
    if (wanted !== "") void navigate({ to: "/verify/{-$code}", params: { code: wanted } });
  };
  const { data } = found;
  return (
    <main className="page verify">
      <p>
        <Link to="/" className="back">
          ‹ {t("product")}
        </Link>
      </p>
      <h1>{t("documents.verify")}</h1>
      <p className="quiet">{t("documents.verifyHelp")}</p>
      <div className="verify-form">
        <Input
          aria-label={t("documents.verifyCode")}
          placeholder="XXXX-XXXX-XXXX"
          className="number"
          maxLength={20}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onPressEnter={go}
        />
        <Button type="primary" onClick={go}>
          {t("documents.verifyGo")}
        </Button>
      </div>
      {found.isFetching && <Skeleton active />}
      {found.error && <Wrong error={found.error} retry={found.refetch} />}
      {data === null && !found.isFetching && <Alert type="warning" showIcon title={t("documents.verifyNone")} />}
      {data && (
        <section className="drift">
          <h2>{data.title}</h2>
          <p className="quiet">
            {t("documents.issued", { unit: data.unitName, from: data.from, to: data.to })} <When at={data.asOf} /> ·{" "}
            {t("documents.code")} <span className="number">{data.code}</span>
          </p>
          <DriftSummary figures={data.figures} />
          <DriftList figures={data.figures} />
        </section>
      )}
    </main>
  );
}
