/** Chooses unit, period and moment; says so when the moment is not now. */
import { Alert, Button, DatePicker, Segmented } from "antd";
import dayjs from "dayjs";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { PeriodPicker } from "#web/ui/PeriodPicker.tsx";
import { UnitPicker } from "#web/ui/UnitPicker.tsx";
import { useSmall } from "#web/ui/small.ts";
import type { Asked } from "./asked.tsx";
import { presetOf, presetPeriod, presets, type Preset } from "./presets.tsx";

const shownMoment = (asOf: string): string => dayjs(asOf).format("YYYY-MM-DD HH:mm");

export function AskedTools({ asked, children }: { asked: Asked; children: ReactNode }) {
  const { t } = useTranslation();
  const small = useSmall();
  const [open, setOpen] = useState(false);
  const { campaign, unit, search, period, today, change } = asked;
  const preset = presetOf(search, today);
  const picked = period && `${period.from}—${period.to}`;
  const choose = (chosen: Preset | "custom"): void => {
    if (chosen !== "custom" && today !== undefined) change(presetPeriod(chosen, today));
  };
  const options = [...presets, ...(preset === undefined ? (["custom"] as const) : [])];
  return (
    <fieldset className="page-tools figure-tools" aria-label={t("figures.tools")}>
      <UnitPicker
        campaign={campaign}
        unit={unit}
        choose={(chosen) => change({ unit: chosen, figure: undefined, at: undefined })}
      />
      {small && !open && (
        <Button onClick={() => setOpen(true)}>
          <span>
            {search.asOf ? shownMoment(search.asOf) : t("figures.asOfNow")}
            {picked && "，"}
            <span className="number">{picked}</span>
          </span>
        </Button>
      )}
      {(!small || open) && (
        <>
          <Segmented
            aria-label={t("figures.presetsLabel")}
            block={small}
            value={preset ?? "custom"}
            onChange={choose}
            options={options.map((value) => ({ value, label: t(`figures.presets.${value}`) }))}
          />
          {period && <PeriodPicker period={period} choose={change} />}
          <DatePicker
            showTime={{ format: "HH:mm" }}
            format="YYYY-MM-DD HH:mm"
            aria-label={t("figures.asOfPick")}
            placeholder={t("figures.asOfNow")}
            value={search.asOf ? dayjs(search.asOf) : null}
            onChange={(moment) => change({ asOf: moment?.toDate().toISOString() })}
          />
          {children}
        </>
      )}
    </fieldset>
  );
}

/** Stands over everything while the figures are not those of now. */
export function AsOfBanner({ asked: { search, change } }: { asked: Asked }) {
  const { t } = useTranslation();
  if (!search.asOf) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="figure-banner"
      title={t("figures.asOfBanner", { moment: shownMoment(search.asOf) })}
      description={t("figures.asOfWords")}
      action={<Button onClick={() => change({ asOf: undefined })}>{t("figures.toNow")}</Button>}
    />
  );
}
