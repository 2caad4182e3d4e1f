/** How many of the units below have a number; on hovering or focus what that means, and which do not have it yet. */
import { Popover } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { expectedOf } from "./expected.tsx";

type Unit = Output<"figures.coverage">["units"][number];

export function Coverage({ units, without }: { units: readonly Unit[]; without: readonly number[] }) {
  const { t } = useTranslation();
  const { kinds, all, has, lacking } = expectedOf(units, without);
  if (all === 0) return <span className="tile-coverage empty" />;
  const listed = lacking
    .slice(0, 12)
    .map(({ name }) => name)
    .join("、");
  return (
    <Popover
      trigger={["hover", "focus", "click"]}
      placement="bottomLeft"
      content={
        <div className="figure-words">
          <p>{t("figures.coverageWords", { all, has })}</p>
          {kinds.map(({ kind, own, has: some }) => (
            <div key={kind}>
              {t("figures.coverageKind", { kind: kind ?? t("figures.otherKind"), all: own.length, has: some })}
            </div>
          ))}
          {lacking.length > 0 && (
            <p>
              {t("figures.without", {
                names: lacking.length > 12 ? t("figures.andMore", { names: listed, count: lacking.length }) : listed,
              })}
            </p>
          )}
        </div>
      }
    >
      <button type="button" className="tile-coverage">
        <meter min={0} max={all} value={has} aria-hidden />
        {t("figures.coverage", { has, all })}
      </button>
    </Popover>
  );
}
