import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { findDrafts, type Draft } from "../api/draft-keeper.ts";
import { draftsOf, type RecordDraft, type Outgoing } from "./kept.types.ts";
import { outboxOf } from "./outbox.ts";

/** Records of an account on their way, and those that have arrived lately; the latest first; undefined until they are read. */
export function useOutbox(account: number): readonly Outgoing[] | undefined {
  const outbox = outboxOf(account);
  return useSyncExternalStore(outbox.subscribe, outbox.list);
}

/** Records begun in a campaign, and neither sent nor on their way. */
export function useBegun(account: number, campaign: string): readonly RecordDraft[] {
  const outbox = useOutbox(account) ?? [];
  const { data = [] } = useQuery({
    queryKey: ["drafts here", account, campaign, outbox.map(({ id }) => id)],
    queryFn: async () => (await findDrafts({ owner: account, campaign }, draftsOf(""))) as Draft<RecordDraft>[],
    gcTime: 0,
    staleTime: 0,
  });
  // Of one that two tabs have, either will do.
  const begun = new Map(data.toReversed().map(({ content }) => [content.id, content]));
  return [...begun.values()].toReversed().filter(({ id }) => !outbox.some((item) => item.id === id));
}
