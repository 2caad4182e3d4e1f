/** A number, exact, its digits under those of others. A long one may stand shorter, as long as the exact one is at hand. */
import { useTranslation } from "react-i18next";

const grouped = (value: string): string =>
  value.replace(/^([-−]?)(\d+)/, (_, sign: string, whole: string) => sign + whole.replaceAll(/\B(?=(\d{3})+$)/g, ","));

/** `short` writes 32 400 and more as 3.24万, cut and never rounded up. A decimal comes as text, so that no digit is lost. */
export function Num({ value, unit, short = false }: { value: number | string; unit?: string; short?: boolean }) {
  const { t } = useTranslation();
  const number = Number(value);
  const exact = grouped(String(value));
  const isShort = short && Math.abs(number) >= 10_000;
  const text = isShort ? `${Math.trunc(number / 100) / 100}${t("ui.tenThousands")}` : exact;
  return (
    <span className="number" {...(isShort ? { title: t("ui.exactly", { value: exact }) } : {})}>
      {text}
      {unit && <span className="number-unit">{unit}</span>}
    </span>
  );
}
