/** What is typed into a form is kept until it is saved, and found again after a reload, on another device, in another tab. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { draftKeeper, dropDraft, findDrafts, type DraftKeeper, type DraftState, type Kept } from "./draft-keeper.ts";
import { newId } from "./new-id.ts";
import { reading } from "./queries.ts";

/** Something typed earlier and not saved, `at` this moment. */
export interface Draft<T> {
  key: string;
  content: T;
  at: string;
}

export interface Drafting<T> {
  /** Typed earlier, here or elsewhere, and not saved: newest first. Undefined while they are looked for. */
  found: Draft<T>[] | undefined;
  /** To be called at every change with all that the form holds; its own id too if it makes something new. */
  keep(content: T): void;
  /** Goes on with an earlier draft, which is this one from now on. */
  take(draft: Draft<T>): T;
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
  const account = me.data?.id ?? 0;
  const place = useMemo(() => ({ account, campaign }), [account, campaign]);
  const [own] = useState(() => `${key}~${newId().slice(0, 8)}`);
  const [state, setState] = useState<DraftState>("none");
  const keeper = useRef<DraftKeeper>(undefined);
  // Looked for once: what others type meanwhile does not interrupt.
  const [earlier, setEarlier] = useState<Kept[]>();
  useEffect(() => {
    if (account === 0) return undefined;
    let left = false;
    void findDrafts(place, `${key}~`).then((found) => left || setEarlier(found));
    return () => {
      left = true;
    };
  }, [account, place, key]);
  useEffect(() => {
    if (account === 0) return undefined;
    const mine = draftKeeper(place, own, setState);
    keeper.current = mine;
    window.addEventListener("online", mine.flush);
    return () => {
      window.removeEventListener("online", mine.flush);
      mine.flush();
    };
  }, [account, place, own]);
  const forget = (gone: string): void => setEarlier((old) => old?.filter((one) => one.key !== gone));
  return {
    found: earlier?.filter((one) => one.key !== own) as Draft<T>[] | undefined,
    state,
    keep: (content) => keeper.current?.keep(content),
    take(draft) {
      // Kept under the own key first: what was typed is always somewhere.
      keeper.current?.keep(draft.content);
      keeper.current?.flush();
      forget(draft.key);
      void dropDraft(place, draft.key);
      return draft.content;
    },
    async drop(draft) {
      if (draft) {
        forget(draft.key);
        await dropDraft(place, draft.key);
      } else await keeper.current?.drop();
    },
  };
}
