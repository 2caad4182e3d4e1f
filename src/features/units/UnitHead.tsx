/** What a unit is: where it stands, what it is called, where to look at its figures and ledgers. */
import { Link } from "@tanstack/react-router";
import { Space } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";

export type Unit = Output<"units.get">;

interface Given {
  campaign: string;
  unit: Unit;
  choose: (unit: number) => void;
  actions: ReactNode;
}

export function UnitHead({ campaign, unit, choose, actions }: Given) {
  const { t } = useTranslation();
  const facts = [
    [t("units.code"), unit.code],
    [t("units.kind"), unit.kind],
    [t("units.level"), unit.level],
    [t("units.since"), unit.from],
    [t("units.aliases"), unit.aliases.join("、")],
  ].filter(([, value]) => value);
  return (
    <header>
      {unit.above.length > 0 && (
        <nav className="unit-way quiet" aria-label={t("units.tree")}>
          {unit.above.toReversed().map(({ id, name }) => (
            <span key={id}>
              <button type="button" className="link" onClick={() => choose(id)}>
                {name}
              </button>{" "}
              ›
            </span>
          ))}
        </nav>
      )}
      <div className="unit-head">
        <h2>{unit.name}</h2>
        <Space wrap>
          <Link to="/c/$campaign/figures" params={{ campaign }} search={{ unit: unit.id }}>
            {t("units.figures")}
          </Link>
          <Link to="/c/$campaign/ledgers" params={{ campaign }} search={{ unit: unit.id }}>
            {t("units.ledgers")}
          </Link>
          {actions}
        </Space>
      </div>
      <dl className="unit-facts">
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {unit.to && (
          <div>
            <dd>■ {t("units.ended", { day: unit.to })}</dd>
          </div>
        )}
      </dl>
    </header>
  );
}
