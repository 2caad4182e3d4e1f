/** 卡在哪里: what is late or soon due at and below a unit, where, since when, and whose step is next. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { ListSkeleton } from "#web/ui/ListSkeleton.tsx";
import { StatusMark } from "#web/ui/StatusMark.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import "./due.css";

type Answer = Output<"ledgers.due">;
type Item = Answer["items"][number];

const shown = 30;

export function DueSection({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const answer = useQuery(reading("ledgers.due", { campaign, limit: shown }));
  if (answer.error) return <Wrong error={answer.error} retry={answer.refetch} />;
  if (!answer.data) return <ListSkeleton />;
  const { day, items, counts } = answer.data;
  const late = counts.reduce((sum, one) => sum + one.late, 0);
  const soon = counts.reduce((sum, one) => sum + one.soon, 0);
  return (
    <section className="card due" aria-labelledby="due-title">
      <div className="due-head">
        <h2 id="due-title">{t("due.title")}</h2>
        {late > 0 && <StatusMark status="late" word={t("due.lateCount", { count: late })} />}
        {soon > 0 && <StatusMark status="soon" word={t("due.soonCount", { count: soon })} />}
        <span className="quiet">{t("due.judged", { day })}</span>
      </div>
      {items.length === 0 ? (
        <p className="quiet">{t("due.none")}</p>
      ) : (
        <>
          <Places counts={counts} />
          <ol className="due-list">
            {items.map((item) => (
              <DueRow key={item.id} campaign={campaign} item={item} />
            ))}
          </ol>
        </>
      )}
      {late + soon > items.length && <p className="quiet">{t("due.more", { count: items.length })}</p>}
    </section>
  );
}

function DueRow({ campaign, item }: { campaign: string; item: Item }) {
  const { t } = useTranslation();
  const steps = item.steps.map(({ name, roles }) =>
    roles.length === 0 ? name : t("due.byWhom", { step: name, roles: roles.join("、") }),
  );
  const words =
    item.late > 0 ? t("due.late", { days: item.late }) : item.late === 0 ? t("due.today") : t("due.soon", { days: -item.late });
  return (
    <li>
      <Link to="/c/$campaign/ledgers" params={{ campaign }} search={{ ledger: item.ledger, entry: item.id }}>
        <span className="due-mark">
          <StatusMark status={item.late > 0 ? "late" : "soon"} word={words} />
        </span>
        <span className="due-what">
          <strong>{item.title || item.number || item.ledgerName}</strong>
          <span className="quiet">
            {[item.unitName, item.ledgerName, item.number, item.state, t("due.until", { day: item.due })]
              .filter(Boolean)
              .join(" · ")}
          </span>
          {steps.length > 0 && <span className="quiet">{t("due.next", { steps: steps.join("；") })}</span>}
        </span>
      </Link>
    </li>
  );
}

/** How many by unit, in the organisation's own order: where help is needed, not who comes first. */
function Places({ counts }: { counts: Answer["counts"] }) {
  const { t } = useTranslation();
  const units = new Map<number, { name: string; late: number; soon: number }>();
  for (const { unit, unitName, late, soon } of counts) {
    const before = units.get(unit) ?? { name: unitName, late: 0, soon: 0 };
    units.set(unit, { name: unitName, late: before.late + late, soon: before.soon + soon });
  }
  if (units.size < 2) return null;
  return (
    <ul className="due-units" aria-label={t("due.byUnit")}>
      {[...units].map(([unit, { name, late, soon }]) => (
        <li key={unit}>
          <span>{name}</span>
          {late > 0 && <StatusMark status="late" word={t("due.lateCount", { count: late })} />}
          {soon > 0 && <StatusMark status="soon" word={t("due.soonCount", { count: soon })} />}
        </li>
      ))}
    </ul>
  );
}
