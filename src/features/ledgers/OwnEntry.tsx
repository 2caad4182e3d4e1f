/** One record that names its reader: what it says, what it is for, who looked, and what they said and asked. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { When } from "#web/ui/When.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { OwnCorrection } from "./OwnCorrection.tsx";
import { AskForm, RespondForm } from "./OwnForms.tsx";

export type OwnEntryOut = Output<"ledgers.mine">["entries"][number];

export function OwnEntry({ campaign, entry }: { campaign: string; entry: OwnEntryOut }) {
  const { t } = useTranslation();
  const [form, setForm] = useState<"respond" | "ask">();
  const close = (): void => setForm(undefined);
  return (
    <div className="own-entry">
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
      <LedgerFacts {...entry} />
      {entry.response && (
        <div className="own-said">
          <h3>{t("answers.said")}</h3>
          <p className="own-words">{entry.response.words}</p>
          <p className="quiet">
            <When at={entry.response.at} />
            {entry.response.earlier.length > 0 && `　${t("answers.earlier", { count: entry.response.earlier.length })}`}
          </p>
        </div>
      )}
      {entry.corrections.map((correction) => (
        <OwnCorrection key={correction.id} campaign={campaign} correction={correction} />
      ))}
      {form === undefined && (
        <div className="own-acts">
          <PlainButton onClick={() => setForm("respond")}>
            {t(entry.response ? "answers.mine.change" : "answers.mine.respond")}
          </PlainButton>
          <PlainButton onClick={() => setForm("ask")}>{t("answers.mine.ask")}</PlainButton>
        </div>
      )}
      {form === "respond" && <RespondForm campaign={campaign} entry={entry} close={close} />}
      {form === "ask" && <AskForm campaign={campaign} entry={entry} close={close} />}
      <Looks campaign={campaign} entry={entry.id} />
    </div>
  );
}

/** What the ledger is for, on what ground, and how long it is kept. */
function LedgerFacts({ purpose, retention }: Pick<OwnEntryOut, "purpose" | "retention">) {
  const { t } = useTranslation();
  const basis = retention?.basis ? t("answers.mine.keepBasis", { basis: retention.basis }) : "";
  return (
    <p className="quiet">
      {purpose === null ? t("answers.mine.noPurpose") : t("answers.mine.purpose", { purpose })}
      <br />
      {retention === null
        ? t("answers.mine.noKeep")
        : t("answers.mine.keep", { years: retention.years, then: t(`answers.mine.thens.${retention.then}`), basis })}
    </p>
  );
}

const some = 10;

function Looks({ campaign, entry }: { campaign: string; entry: string }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(some);
  const looks = useQuery({ ...reading("own.looks", { campaign, entry, limit }), placeholderData: (before) => before });
  return (
    <div className="own-looks">
      <h3>{t("answers.mine.looks")}</h3>
      {looks.error && <Wrong error={looks.error} retry={looks.refetch} />}
      {looks.data?.looks.length === 0 && <p className="quiet">{t("answers.mine.looksNone")}</p>}
      <ul>
        {looks.data?.looks.map(({ at, who, unit, role, what }) => (
          <li key={at + who + what}>
            <When at={at} />
            <span>
              {who}
              <span className="quiet">（{[unit, role].filter((one) => one !== null).join(" ")}）</span>
              {t(`answers.mine.${what}`)}
            </span>
          </li>
        ))}
      </ul>
      {looks.data?.more && (
        <PlainButton busy={looks.isFetching} onClick={() => setLimit(Math.min(200, limit + 50))}>
          {t("answers.mine.more")}
        </PlainButton>
      )}
      <p className="quiet">{t("answers.mine.looksHint")}</p>
    </div>
  );
}
