/** 登录与安全: one's own password, authenticator, and where one is signed in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { PageHead } from "#web/ui/PageHead.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { clock } from "#web/ui/clock.ts";
import { agentName } from "./agent.types.ts";
import { FactorCode } from "./FactorCode.tsx";
import { Tokens } from "./Tokens.tsx";
import "./security.css";

const at = (moment: string): string => clock.format(new Date(moment));

export function SecurityPage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageHead title={t("signing.security")} />
      <div className="security">
        <section>
          <div className="security-head">
            <div>
              <h2>{t("signing.password")}</h2>
              <p className="quiet">{t("signing.passwordWords")}</p>
            </div>
            <Link to="/password">
              <Button tabIndex={-1}>{t("accounts.own")}</Button>
            </Link>
          </div>
        </section>
        <Factor />
        <Sessions />
        <section>
          <Tokens />
        </section>
      </div>
    </div>
  );
}

function Factor() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const factor = useQuery(reading("access.secondFactor", {}));
  const [asking, setAsking] = useState<"renew" | "drop">();
  const { since, recovery, needed } = factor.data ?? { since: null, recovery: 0, needed: false };
  return (
    <section>
      <div className="security-head">
        <div>
          <h2>{t("signing.factor")}</h2>
          {factor.isPending && <Skeleton active paragraph={{ rows: 1 }} title={false} />}
          {factor.data && (
            <p className="quiet">
              {since ? t("signing.factorOn", { at: at(since), count: recovery }) : t("signing.factorOff")}
              {since && needed ? t("signing.factorNeeded") : ""}
            </p>
          )}
        </div>
        <div className="security-tools">
          {since ? (
            <>
              <Button onClick={() => setAsking("renew")}>{t("signing.renewCodes")}</Button>
              <Button onClick={() => setAsking("drop")}>{t("signing.dropFactor")}</Button>
            </>
          ) : (
            <Button disabled={!factor.data} onClick={() => void navigate({ to: "/second-factor" })}>
              {t("signing.enrol")}
            </Button>
          )}
        </div>
      </div>
      {factor.error && <Wrong error={factor.error} retry={factor.refetch} />}
      {asking && <FactorCode what={asking} close={() => setAsking(undefined)} />}
    </section>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const sessions = useQuery(reading("access.sessions", {}));
  const end = useMutation({
    mutationFn: (session: string | undefined) => ask("access.endSessions", session === undefined ? {} : { session }),
    onSuccess: async (_, session) => {
      await queries.invalidateQueries({ queryKey: ["access.sessions"] });
      if (session === undefined) message.success(t("signing.endedOthers"));
    },
    onError: (error) => message.error(error.message),
  });
  const all = sessions.data?.sessions ?? [];
  return (
    <section>
      <div className="security-head">
        <div>
          <h2>{t("signing.sessions")}</h2>
          <p className="quiet">{t("signing.sessionsWords")}</p>
        </div>
        {all.length > 1 && <Button onClick={() => end.mutate(undefined)}>{t("signing.endOthers")}</Button>}
      </div>
      {sessions.isPending && <Skeleton active paragraph={{ rows: 2 }} title={false} />}
      {sessions.error && <Wrong error={sessions.error} retry={sessions.refetch} />}
      <ul>
        {all.map(({ id, createdAt, seenAt, address, agent, own }) => (
          <li key={id}>
            <div>
              <strong title={agent}>{agentName(agent) ?? t("signing.unknownAgent")}</strong>
              {own && <span style={{ color: "var(--ant-color-success)" }}>　● {t("signing.own")}</span>}
              <div className="quiet">
                {[address, t("signing.from", { at: at(createdAt) }), t("signing.used", { at: at(seenAt) })]
                  .filter((part) => part !== "")
                  .join("　")}
              </div>
            </div>
            {!own && (
              <Button size="small" loading={end.isPending && end.variables === id} onClick={() => end.mutate(id)}>
                {t("signing.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
