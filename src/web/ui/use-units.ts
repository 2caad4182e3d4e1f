/** Units by what is typed, and by id: a nation has more of them than a page can hold. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Output } from "../api/contract.ts";
import { reading } from "../api/queries.ts";
import { useSettled } from "./use-settled.ts";

type FoundUnit = Output<"units.search">["units"][number];
const none: readonly FoundUnit[] = [];
const keep = <T>(before: T): T => before;

/** Those that a text finds; without a text some, from the top down. */
export function useUnitsFound(campaign: string, text: string): { units: readonly FoundUnit[]; pending: boolean } {
  const wanted = useSettled(text.trim());
  const found = useQuery({ ...reading("units.search", { campaign, text: wanted, limit: 50 }), placeholderData: keep });
  return { units: found.data?.units ?? none, pending: found.isFetching };
}

/** Names by id. */
export function useUnitNames(campaign: string, ids: readonly number[]): Readonly<Record<string, string>> {
  const asked = [...new Set(ids)]
    .toSorted((left, right) => left - right)
    .slice(0, 200)
    .join(",");
  const { data } = useQuery({
    ...reading("units.search", { campaign, ids: asked }),
    enabled: asked !== "",
    placeholderData: keep,
  });
  return useMemo(() => Object.fromEntries((data?.units ?? none).map(({ id, name }) => [id, name])), [data]);
}
