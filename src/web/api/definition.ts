/** A campaign with the words of its definitions: what each ledger keeps, and what each figure counts. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Output } from "./contract.ts";
import { reading } from "./queries.ts";

export type Definition = Omit<Output<"campaigns.get">, "ledgers"> & Output<"campaigns.definitions">;
export type Ledger = Definition["ledgers"][number];

/** For pages that show fields, steps or figures; what a campaign is called and where one may go is in `campaigns.get`. */
export function useDefinition(campaign: string, enabled = true) {
  const brief = useQuery(reading("campaigns.get", { campaign }));
  const words = useQuery({ ...reading("campaigns.definitions", { campaign }), enabled });
  const data = useMemo<Definition | undefined>(
    () => brief.data && words.data && { ...brief.data, ...words.data },
    [brief.data, words.data],
  );
  return { data, error: brief.error ?? words.error, refetch: () => Promise.all([brief.refetch(), words.refetch()]) };
}
