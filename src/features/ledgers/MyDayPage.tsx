/** 我的: what is to be done today, what is on its way, and what is written about oneself. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { useBegun, useOutbox } from "#web/offline/use-outbox.ts";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { PageHead } from "#web/ui/PageHead.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { CorrectionMark } from "./CorrectionMark.tsx";
import { DueSection } from "./DueSection.tsx";
import { OwnRecord } from "./OwnRecord.tsx";
import { Sending } from "./Sending.tsx";
import "./my-day.css";
import "./record.css";

type Waiting = Output<"ledgers.waiting">;

export function MyDayPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/me" });
  const me = useQuery(reading("access.me", {}));
  const definition = useQuery(reading("campaigns.get", { campaign }));
  const waiting = useQuery(reading("ledgers.waiting", { campaign }));
  const away = waiting.failureReason instanceof Problem && waiting.failureReason.status === 0;
  const ledgers = definition.data?.ledgers ?? [];
  const nameOf = (key: string): string => ledgers.find((ledger) => ledger.key === key)?.name ?? key;
  const { returned = [], queues = [], corrections = [] } = waiting.data ?? {};
  return (
    <div className="page thumb-page">
      <PageHead title={me.data?.name ?? t("record.me.title")} />
      {me.data && <Here account={me.data.id} campaign={campaign} />}
      {waiting.error && !away && <Wrong error={waiting.error} retry={waiting.refetch} />}
      {away && !waiting.data && <p className="quiet">{t("record.me.away")}</p>}
      {waiting.isPending && !away && <ListSkeleton rows={4} />}
      <Returned campaign={campaign} stops={returned} nameOf={nameOf} />
      <Corrections campaign={campaign} corrections={corrections} nameOf={nameOf} />
      <Queues campaign={campaign} queues={queues} nameOf={nameOf} />
      {ledgers.length > 0 && <DueSection campaign={campaign} />}
      {waiting.data && returned.length + queues.length + corrections.length === 0 && (
        <section className="card clear">
          <p>{t("record.me.clear")}</p>
          <p className="quiet">{t("record.me.clearHint")}</p>
        </section>
      )}
      {me.data && me.data.person !== null && <OwnRecord campaign={campaign} />}
    </div>
  );
}

/** What only this device has: unsent records, and what was not finished. */
function Here({ account, campaign }: { account: number; campaign: string }) {
  const { t } = useTranslation();
  const outbox = useOutbox(account) ?? [];
  const unsent = outbox.filter(({ state }) => state !== "sent");
  const begun = useBegun(account, campaign);
  return (
    <>
      {unsent.length > 0 && (
        <section className="card">
          <h2>
            {t("record.me.unsent")} <span className="count number">{unsent.length}</span>
          </h2>
          <ul className="items">
            {unsent.map((item) => (
              <li key={item.id}>
                <p>
                  <strong>{item.title || item.ledgerName}</strong>
                  {item.title && <span className="quiet kind-name">{item.ledgerName}</span>}
                </p>
                <Sending item={item} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {begun.length > 0 && (
        <section className="card">
          <h2>
            {t("record.me.drafts")} <span className="count number">{begun.length}</span>
          </h2>
          <ul className="items">
            {begun.map((draft) => (
              <li key={draft.id}>
                <Link className="item" to="/c/$campaign/record" params={{ campaign }} search={{ ledger: draft.ledger }}>
                  <strong>{draft.title || draft.ledgerName}</strong>
                  <span className="quiet">{draft.title ? draft.ledgerName : ""}</span>
                  <span className="go">{t("record.goOn")}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface Listed {
  campaign: string;
  nameOf: (ledger: string) => string;
}

function Returned({ campaign, stops, nameOf }: Listed & { stops: Waiting["returned"] }) {
  const { t } = useTranslation();
  if (stops.length === 0) return undefined;
  return (
    <section className="card">
      <h2>
        {t("record.me.returned")} <span className="count number">{stops.length}</span>
      </h2>
      <ul className="items">
        {stops.map((stop) => (
          <li key={stop.id}>
            <Link
              className="item"
              to="/c/$campaign/ledgers"
              params={{ campaign }}
              search={{ ledger: stop.ledger, entry: stop.id }}
            >
              <strong>{stop.title || nameOf(stop.ledger)}</strong>
              <span className="quiet">
                {nameOf(stop.ledger)}
                {stop.day && `　${stop.day}`}
              </span>
              <span className="why">■ {t("record.me.sentBack", { step: stop.step, reason: stop.reason ?? "" })}</span>
              <span className="state">{stop.state}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What people asked to have put right in records of the unit, or to have reviewed below it. */
function Corrections({ campaign, corrections, nameOf }: Listed & { corrections: Waiting["corrections"] }) {
  const { t } = useTranslation();
  if (corrections.length === 0) return undefined;
  return (
    <section className="card">
      <h2>
        {t("answers.waiting.title")} <span className="count number">{corrections.length}</span>
      </h2>
      <ul className="items">
        {corrections.map((one) => (
          <li key={one.id + one.field}>
            <Link className="item" to="/c/$campaign/ledgers" params={{ campaign }} search={{ ledger: one.ledger, entry: one.id }}>
              <strong>{t(`answers.waiting.${one.state}`, { field: one.field })}</strong>
              <span className="quiet">
                {one.title}
                {one.title && "　"}
                {nameOf(one.ledger)}
              </span>
              <CorrectionMark {...one} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What waits, by ledger and step: one line each, however many there are. */
function Queues({ campaign, queues, nameOf }: Listed & { queues: Waiting["queues"] }) {
  const { t } = useTranslation();
  if (queues.length === 0) return undefined;
  return (
    <section className="card">
      <h2>{t("record.me.waiting")}</h2>
      <ul className="items">
        {queues.map(({ ledger, state, steps, count, latest }) => (
          <li key={`${ledger} ${state}`}>
            <Link className="item" to="/c/$campaign/ledgers" params={{ campaign }} search={{ ledger, state }}>
              <strong>{t("record.me.queue", { ledger: nameOf(ledger), steps: steps.join("、") })}</strong>
              <span className="quiet">
                {latest.map(({ title }) => title).join("、")}
                {count > latest.length && "……"}
              </span>
              <span className="state number">{t("record.me.entries", { count })}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
