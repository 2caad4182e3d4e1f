/** A difference: its direction in a word and a shape. More is not better, so that it has no colour. */
import { useTranslation } from "react-i18next";
import type { Difference } from "./numbers.types.ts";

export function Differs({ difference, unit }: { difference: Difference | undefined; unit: string }) {
  const { t } = useTranslation();
  if (!difference) return <span className="quiet">{t("figures.cannot")}</span>;
  const { by } = difference;
  const amount = `${Math.abs(by)}${unit === "%" ? t("figures.points") : unit}`;
  if (by === 0) return <span className="quiet">＝ {t("figures.same")}</span>;
  return (
    <span className="number">
      {by > 0 ? "▲" : "▼"} {t(by > 0 ? "figures.up" : "figures.down", { by: amount })}
    </span>
  );
}
