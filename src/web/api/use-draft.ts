/** What is typed into a form is kept until it is saved, and found again after a reload, on another device, in another tab. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Place } from "../offline/device.ts";
import { draftKeeper, dropDraft, findDrafts, type Draft, type DraftKeeper, type DraftState } from "./draft-keeper.ts";
import { newId } from "./new-id.ts";
import { reading } from "./queries.ts";

export interface Drafting<T> {
  /** Typed earlier, here or elsewhere, and not saved. Undefined while they are looked for. */
  found: Draft<T>[] | undefined;
  /**
   * To be called at every change with all that the form holds; its own id too if it makes something new. `beyond`: files
   * belong to it, which the server does not get yet.
   */
  keep(content: T, beyond?: boolean): void;
  /** Goes on with an earlier draft, which is this one from now on. */
  take(draft: Draft<T>, beyond?: boolean): T;
  /** Throws away an earlier draft, or without one what was typed here: it is saved, or not wanted. */
  drop(draft?: Draft<T>): Promise<void>;
  state: DraftState;
}

/**
 * `key` says what is being filled in: `entry/<id>`, `record/<ledger>`. Each form that is open keeps a draft of its own, so
 * that two tabs do not overwrite each other.
 */
export function useDraft<T>(campaign: string, key: string): Drafting<T> {
  const me = useQuery(reading("access.me", {}));
  const [own] = useState(() => `${key}~${newId().slice(0, 8)}`);
  // Whoever signs in meanwhile in the next tab: what is typed here is the first one's.
  const [first, setFirst] = useState<number>();
  if (first === undefined && me.data) setFirst(me.data.id);
  const [state, setState] = useState<DraftState>("none");
  const kept = useRef<{ place: Place; keeper: DraftKeeper }>(undefined);
  // Looked for once: what others type meanwhile does not interrupt.
  const [earlier, setEarlier] = useState<Draft<unknown>[]>();
  useEffect(() => {
    if (first === undefined) return undefined;
    const place = { owner: first, campaign };
    const keeper = draftKeeper(place, own, setState);
    kept.current = { place, keeper };
    let left = false;
    void findDrafts(place, `${key}~`).then((found) => left || setEarlier(found.filter((one) => one.key !== own)));
    window.addEventListener("online", keeper.flush);
    return () => {
      left = true;
      window.removeEventListener("online", keeper.flush);
      keeper.flush();
    };
  }, [first, campaign, key, own]);
  const dropEarlier = async (gone: string): Promise<void> => {
    setEarlier((old) => old?.filter((one) => one.key !== gone));
    if (kept.current) await dropDraft(kept.current.place, gone);
  };
  return {
    found: earlier as Draft<T>[] | undefined,
    state,
    keep: (content, beyond = false) => kept.current?.keeper.keep(content, beyond),
    take(draft, beyond = false) {
      // Kept under the own key first: what was typed is always somewhere.
      kept.current?.keeper.keep(draft.content, beyond);
      kept.current?.keeper.flush();
      void dropEarlier(draft.key);
      return draft.content;
    },
    drop: async (draft) => (draft ? dropEarlier(draft.key) : kept.current?.keeper.drop()),
  };
}
