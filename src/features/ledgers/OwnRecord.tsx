/** What ledgers say of the person whose account this is. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

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
            <details>
              <summary>
                <strong>{entry.title || entry.ledger}</strong>
                <span className="quiet">
                  {entry.day && <span className="number">{entry.day}　</span>}
                  {entry.title && entry.ledger}
                </span>
                {entry.state && <span className="state">{entry.state}</span>}
              </summary>
              <dl>
                {entry.lines.map(({ name, text }) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{text}</dd>
                  </div>
                ))}
              </dl>
              <p className="quiet">
                {entry.unit}　{t("record.me.places", { fields: entry.places.join("、") })}
              </p>
            </details>
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
