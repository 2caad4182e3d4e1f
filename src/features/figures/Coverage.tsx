/** How many of the units below have a number; what that means and which have none yet is in its hint. */
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { expectedOf } from "./expected.tsx";

type Unit = Output<"figures.coverage">["units"][number];

export function Coverage({ units, without, hint }: { units: readonly Unit[]; without: readonly number[]; hint: string }) {
  const { t } = useTranslation();
  const { all, has } = expectedOf(units, without);
  if (all === 0) return <span className="tile-coverage empty" />;
  return (
    <button type="button" className="tile-coverage" data-hint={hint}>
      <meter min={0} max={all} value={has} aria-hidden />
      {t("figures.coverage", { has, all })}
    </button>
  );
}
