/** What ledgers say of the person whose account this is, and what they may do about it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { CorrectionMark } from "./CorrectionMark.tsx";
import { OwnEntry } from "./OwnEntry.tsx";
import "./own.css";

const page = 30;

export function OwnRecord({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(page);
  const own = useQuery({
    ...reading("ledgers.mine", { campaign, limit }),
    staleTime: 300_000,
    placeholderData: (before) => before,
  });
  return (
    <section className="card own">
      <h2>{t("record.me.own")}</h2>
      <p className="quiet">{t("record.me.ownHint")}</p>
      {own.error && <Wrong error={own.error} retry={own.refetch} />}
      {own.isPending && own.failureCount === 0 && <ListSkeleton rows={5} />}
      {own.data?.entries.length === 0 && <p>{t("record.me.ownEmpty")}</p>}
      <ul className="items">
        {own.data?.entries.map((entry) => (
          <li key={entry.id}>
            <Entry campaign={campaign} entry={entry} />
          </li>
        ))}
      </ul>
      {own.data?.more && (
        <PlainButton wide busy={own.isFetching} onClick={() => setLimit(limit + page)}>
          {t("record.me.more")}
        </PlainButton>
      )}
    </section>
  );
}

function Entry({ campaign, entry }: { campaign: string; entry: Output<"ledgers.mine">["entries"][number] }) {
  const { t } = useTranslation();
  // What is inside is asked for when it is opened: who looked is a question for each record.
  const [open, setOpen] = useState(false);
  const [correction] = entry.corrections;
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <strong>{entry.title || entry.ledger}</strong>
        <span className="quiet">
          {entry.day && <span className="number">{entry.day}　</span>}
          {entry.title && entry.ledger}
          {entry.response && `　${t("answers.said")}`}
        </span>
        {correction ? <CorrectionMark {...correction} /> : entry.state && <span className="state">{entry.state}</span>}
      </summary>
      {open && <OwnEntry campaign={campaign} entry={entry} />}
    </details>
  );
}
