/** 记一笔: which ledger, the form, and what became of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { useDefinition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { useBegun } from "#web/offline/use-outbox.ts";
import { HelpButton } from "#web/ui/HelpButton.tsx";
import { later } from "#web/ui/later.tsx";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import "./record.css";

const RecordDone = later(async () => (await import("./RecordDone.tsx")).RecordDone);
const RecordForm = later(async () => (await import("./RecordForm.tsx")).RecordForm, <ListSkeleton />);

type Ledger = Output<"campaigns.get">["ledgers"][number];

export function RecordPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/record" });
  const search = useSearch({ from: "/c/$campaign/record" });
  const navigate = useNavigate({ from: "/c/$campaign/record" });
  const me = useQuery(reading("access.me", {}));
  const definition = useQuery(reading("campaigns.get", { campaign }));
  const whole = useDefinition(campaign, search.ledger !== undefined);
  const recent = useQuery(reading("ledgers.recent", { campaign }));
  const error = me.error ?? definition.error ?? recent.error ?? whole.error;
  const recordable = (definition.data?.ledgers ?? []).filter(({ may }) => may.includes("record"));
  const ledger = recordable.find(({ key }) => key === search.ledger);
  const choose = (next: { ledger?: string | undefined; done?: string | undefined }): void => void navigate({ search: next });
  const ready = me.data && definition.data && recent.data && (search.ledger === undefined || whole.data);
  const kept = whole.data?.ledgers.find(({ key }) => key === ledger?.key);
  return (
    <div className="page thumb-page">
      <div className="page-head">
        <div className="page-title">
          <h1>{ledger?.name ?? t("record.title")}</h1>
          <HelpButton />
        </div>
        {ledger && !search.done && (
          <Link from="/c/$campaign/record" search={{}}>
            {t("record.change")}
          </Link>
        )}
      </div>
      {error && !ready && <Wrong error={error} retry={() => void Promise.all([me, whole, recent].map((one) => one.refetch()))} />}
      {!ready && !error && <ListSkeleton />}
      {ready && !ledger && (
        <Kinds
          campaign={campaign}
          account={me.data.id}
          ledgers={recordable}
          recent={recent.data}
          choose={(key) => choose({ ledger: key })}
        />
      )}
      {ready && kept && search.done && (
        <RecordDone account={me.data.id} campaign={campaign} ledger={kept} entry={search.done} go={choose} />
      )}
      {ready && kept && !search.done && (
        <RecordForm
          key={kept.key}
          account={me.data.id}
          campaign={campaign}
          unit={definition.data.unit}
          ledger={kept}
          recent={recent.data}
          done={(entry) => choose({ ledger: kept.key, done: entry })}
        />
      )}
    </div>
  );
}

interface Choice {
  campaign: string;
  account: number;
  ledgers: readonly Ledger[];
  recent: Output<"ledgers.recent">;
  choose: (key: string) => void;
}

/** The kinds recorded most first, what was not finished among them; then all by area. */
function Kinds({ campaign, account, ledgers, recent, choose }: Choice) {
  const { t } = useTranslation();
  const [sought, seek] = useState("");
  const word = useDeferredValue(sought.trim());
  const drafts = useBegun(account, campaign);
  if (ledgers.length === 0) return <p className="quiet">{t("record.none")}</p>;
  const begun = new Map(drafts.map((draft) => [draft.ledger, draft]));
  // Registers of units and people are brought in, hardly ever typed.
  const often = recent.kinds
    .flatMap(({ ledger, mine }) => ledgers.find(({ key, registers }) => key === ledger && (!registers || mine > 0)) ?? [])
    .slice(0, 6);
  const fits = ({ name, aliases, area }: Ledger): boolean => [name, area ?? "", ...aliases].some((text) => text.includes(word));
  const areas = new Map<string, Ledger[]>();
  for (const ledger of ledgers.filter(fits)) {
    const area = ledger.area ?? t("record.otherArea");
    areas.set(area, [...(areas.get(area) ?? []), ledger]);
  }
  const list = (some: readonly Ledger[]) => (
    <ul className="kinds">
      {some.map((ledger) => (
        <li key={ledger.key}>
          <button type="button" className="kind" onClick={() => choose(ledger.key)}>
            <span>{ledger.name}</span>
            {begun.has(ledger.key) && <span className="mark">{t("record.draft")}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {word === "" && often.length > 0 && (
        <section>
          <h2>{t("record.often")}</h2>
          {list(often)}
        </section>
      )}
      <section>
        <div className="kinds-head">
          <h2>{t("record.all")}</h2>
          <input
            type="search"
            className="kinds-find"
            placeholder={t("record.find")}
            aria-label={t("record.find")}
            value={sought}
            onChange={(event) => seek(event.target.value)}
          />
        </div>
        {[...areas].map(([area, some]) => (
          <section key={area}>
            <h3>{area}</h3>
            {list(some)}
          </section>
        ))}
        {areas.size === 0 && <p className="quiet">{t("record.noMatch", { word })}</p>}
      </section>
    </>
  );
}
