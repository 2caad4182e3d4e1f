/** For twenty seconds: what changed in the last seven days, and which units have nothing yet, in the organisation's order. */
import { Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLastDays, type Asked, type Surroundings } from "./asked.tsx";
import { expectedOf } from "./expected.tsx";
import { FigureName } from "./FigureName.tsx";

const lines = 5;

export function Glance({ asked, around }: { asked: Asked; around: Surroundings }) {
  return (
    <div className="glance">
      <Changed asked={asked} />
      <Silent asked={asked} around={around} />
    </div>
  );
}

function Changed({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const { none, spans, now, before } = useLastDays(asked);
  if (none) return null;
  if (!spans || !now.data || !before.data)
    return (
      <div className="glance-part" aria-busy>
        <Skeleton active title={false} paragraph={{ rows: lines }} />
      </div>
    );
  const earlier = new Map(before.data.units[0]?.figures.map((one) => [one.key, one]));
  const changed = (now.data.units[0]?.figures ?? [])
    .filter(({ value }) => typeof value === "number" && value !== 0)
    .toSorted((left, right) => Number(isOwn(asked, right.key)) - Number(isOwn(asked, left.key)));
  return (
    <div className="glance-part">
      <h3>
        {t("figures.more7")} <small>{t("figures.more7Words", spans.now)}</small>
      </h3>
      {changed.length === 0 && <p className="quiet">{t("figures.no7")}</p>}
      <ul>
        {changed.slice(0, lines).map(({ key, name, text }) => (
          <li key={key}>
            <button type="button" className="link" onClick={() => asked.change({ figure: key, tab: "trend" })}>
              <FigureName name={name} />
            </button>
            <span>
              <b className="number">+{text}</b> <small>{t("figures.last7", { text: earlier.get(key)?.text ?? "—" })}</small>
            </span>
          </li>
        ))}
      </ul>
      {changed.length > lines && (
        <button
          type="button"
          className="link"
          onClick={() => asked.change({ view: "compare", ...spans.now, thenFrom: spans.before.from, thenTo: spans.before.to })}
        >
          {t("figures.rest7", { count: changed.length - lines })}
        </button>
      )}
    </div>
  );
}

/** Whether the campaign itself declares it, and not one of its ledgers. */
const isOwn = ({ definition, words }: Asked, key: string): boolean =>
  !definition?.ledgers.some((ledger) => ledger.key === words.get(key)?.from);

function Silent({ asked, around }: { asked: Asked; around: Surroundings }) {
  const { t } = useTranslation();
  const { coverage } = around;
  const [all, setAll] = useState(false);
  if (!coverage || coverage.units.length === 0) return null;
  const silent = new Set(coverage.silent);
  const units = coverage.units.filter(({ unit }) => silent.has(unit));
  const shown = all ? units : units.slice(0, lines * 2);
  // Figures of ledgers kept from who asks say nothing here: a unit may well have records there.
  const words = coverage.figures.length < asked.figures.length ? "silentWordsSome" : "silentWords";
  return (
    <div className="glance-part">
      <h3>
        {t("figures.silent")} <small>{units.length > 0 && t(`figures.${words}`)}</small>
      </h3>
      {units.length === 0 && <p className="quiet">✓ {t("figures.silentNone")}</p>}
      <ul className="names">
        {shown.map(({ unit, name }) => (
          <li key={unit}>
            <button type="button" className="link" onClick={() => asked.change({ unit })}>
              {name}
            </button>
          </li>
        ))}
      </ul>
      {units.length > lines * 2 && (
        <button type="button" className="link" onClick={() => setAll(!all)}>
          {all ? t("figures.less") : t("figures.rest", { count: units.length - lines * 2 })}
        </button>
      )}
      <Gaps asked={asked} around={around} />
    </div>
  );
}

/** The campaign's own figures that some units have and others, of the same kind, do not. */
function Gaps({ asked, around: { coverage, without } }: { asked: Asked; around: Surroundings }) {
  const { t } = useTranslation();
  const gaps = asked.figures
    .filter(({ key }) => isOwn(asked, key))
    .map((figure) => ({ figure, ...expectedOf(coverage?.units ?? [], without.get(figure.key) ?? []) }))
    .filter(({ lacking }) => lacking.length > 0);
  if (gaps.length === 0) return null;
  return (
    <>
      <h3 className="glance-next">{t("figures.gaps")}</h3>
      <ul>
        {gaps.slice(0, lines - 1).map(({ figure: { key, name }, has, all, lacking }) => (
          <li key={key}>
            <button type="button" className="link" onClick={() => asked.change({ figure: key, tab: "units" })}>
              <FigureName name={name} />
            </button>
            <span>
              <b className="number">{t("figures.coverage", { has, all })}</b>{" "}
              <small>{t("figures.gap", { count: lacking.length })}</small>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
