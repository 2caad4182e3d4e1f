/** Chooses a unit of those below one's own, and a period. */
import { useQuery } from "@tanstack/react-query";
import { DatePicker, TreeSelect } from "antd";
import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "../api/contract.ts";
import { reading } from "../api/queries.ts";

type Unit = Output<"units.list">["units"][number];
interface Branch {
  value: number;
  title: string;
  children: Branch[];
}

/** Units as branches; those whose unit above is not listed stand at the top. */
function branches(units: readonly Unit[]): Branch[] {
  const all = new Map(units.map(({ id, name }) => [id, { value: id, title: name, children: [] as Branch[] }]));
  const tops: Branch[] = [];
  for (const { id, parent } of units) {
    const branch = all.get(id) as Branch;
    (all.get(parent ?? 0)?.children ?? tops).push(branch);
  }
  return tops;
}

export function UnitPicker({ campaign, unit, choose }: { campaign: string; unit: number; choose: (unit: number) => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(reading("units.list", { campaign }));
  const tree = useMemo(() => branches(data?.units ?? []), [data]);
  return (
    <TreeSelect
      aria-label={t("unit")}
      showSearch={{ treeNodeFilterProp: "title" }}
      treeData={tree}
      value={unit}
      onChange={choose}
      treeDefaultExpandedKeys={tree.map(({ value }) => value)}
      popupMatchSelectWidth={340}
      styles={{ popup: { root: { maxHeight: 480 } } }}
      style={{ minWidth: 220, maxWidth: "100%" }}
    />
  );
}

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
