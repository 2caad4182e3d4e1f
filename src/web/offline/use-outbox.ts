import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Draft, Outgoing } from "./device-store.ts";
import { listDrafts } from "./drafts.ts";
import { outboxOf } from "./outbox.ts";

/** Records of an account on their way, and those that have arrived lately; the latest first; undefined until they are read. */
export function useOutbox(account: number): readonly Outgoing[] | undefined {
  const outbox = outboxOf(account);
  return useSyncExternalStore(outbox.subscribe, outbox.list);
}

/** What was begun in a campaign and is neither sent nor on its way. */
export function useDrafts(account: number, campaign: string): readonly Draft[] {
  const outbox = useOutbox(account) ?? [];
  const { data = [] } = useQuery({
    queryKey: ["drafts here", account, outbox.map(({ id }) => id)],
    queryFn: () => listDrafts(account),
    gcTime: 0,
    staleTime: 0,
  });
  return data.filter((draft) => draft.campaign === campaign && !outbox.some(({ id }) => id === draft.id));
}
