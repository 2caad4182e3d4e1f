/** Whoever records on a phone finds the forms without a network too, even if they never opened one with it. */
import { useEffect } from "react";
import { queries, reading } from "../api/queries.ts";
import { patience } from "./start.ts";

export function useFormKept(campaign: string, records: boolean): void {
  useEffect(() => {
    if (!records) return undefined;
    const timer = setTimeout(() => {
      void queries.prefetchQuery(reading("campaigns.definitions", { campaign }));
      void queries.prefetchQuery(reading("ledgers.recent", { campaign }));
    }, patience);
    return () => clearTimeout(timer);
  }, [campaign, records]);
}
