/** A day, month or period: on a phone its own wheels, at a desk a calendar. Values are as the server has them. */
import { Input } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { DayGiven } from "./DayInputs.tsx";
import { useSmall } from "./small.ts";

const DayInputs = lazy(() => import("./DayInputs.tsx").then(({ DayInputs: it }) => ({ default: it })));

export function DayField(given: DayGiven) {
  const { t } = useTranslation();
  const small = useSmall();
  const { type, value, change, ...id } = given;
  if (!small)
    return (
      <Suspense fallback={<Input {...id} value={value} readOnly />}>
        <DayInputs {...given} />
      </Suspense>
    );
  if (type !== "period")
    return <Input {...id} type={type} value={value} onChange={({ target }) => change(target.value || null)} />;
  const [from = "", to = ""] = value.split("/");
  // Half a period is kept while the other half is chosen; the server says that it is half.
  const both = (first: string, last: string): void => change(first === "" && last === "" ? null : `${first}/${last}`);
  return (
    <div className="two-days">
      <Input {...id} type="date" value={from} onChange={({ target }) => both(target.value, to)} />
      <Input type="date" aria-label={t("ui.until")} value={to} min={from} onChange={({ target }) => both(from, target.value)} />
    </div>
  );
}
