/** Chooses a period, from day to day. */
import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

export interface Period {
  from: string;
  to: string;
}

export function PeriodPicker({ period, choose }: { period: Period; choose: (period: Period) => void }) {
  const { t } = useTranslation();
  return (
    <DatePicker.RangePicker
      aria-label={t("period")}
      allowClear={false}
      value={[dayjs(period.from), dayjs(period.to)]}
      onChange={(days) => {
        const [from, to] = days ?? [];
        if (from && to) choose({ from: from.format("YYYY-MM-DD"), to: to.format("YYYY-MM-DD") });
      }}
    />
  );
}
