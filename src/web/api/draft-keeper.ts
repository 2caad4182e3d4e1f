/** One draft: on the device at once, on the server after a moment of quiet. */
import { now } from "../offline/clock.ts";
import { forget, keep, list, type Place } from "../offline/device.ts";
import { who } from "../offline/who.ts";
import { ask, Problem } from "./client.ts";

/** Something typed earlier and not saved, `at` this moment. */
export interface Draft<T> {
  key: string;
  content: T;
  at: string;
}

/** `page`: it is kept nowhere else yet; `device`: the server does not have all of it. */
export type DraftState = "none" | "page" | "device" | "kept";

export interface DraftKeeper {
  /** `beyond`: more belongs to it than the content, which only this device has. */
  keep(content: unknown, beyond: boolean): void;
  /** Saved, or not wanted any more. */
  drop(): Promise<void>;
  /** Sends now what waits for quiet. */
  flush: () => void;
}

const quiet = 1500;
const again = 10_000;
/** A network that does not answer is as good as none after so many milliseconds. */
const patience = 4000;

/** The session may be another's by now, who signed in in the next tab. */
const isHere = ({ owner }: Place): boolean => who()?.id === owner;

/** Drafts whose key begins so: first what only this device has, else newest first. */
export async function findDrafts(place: Place, under: string): Promise<Draft<unknown>[]> {
  const here = await list("drafts", place, under);
  void dropLeft(place, under);
  const dropped = here.filter(({ value }) => value.content === null).map(({ key }) => key);
  const kept = here.filter(({ key }) => !dropped.includes(key));
  const there = isHere(place) ? await findThere(place, under) : undefined;
  // What the server had and has no longer was saved or thrown away elsewhere.
  for (const { key, safe } of kept) if (safe && there && !there.some((one) => one.key === key)) void forget("drafts", place, key);
  const mine = kept.filter(({ safe }) => !safe || !there).map(({ key, value }) => ({ key, ...value }));
  const known = new Set([...dropped, ...mine.map(({ key }) => key)]);
  return [...newestFirst(mine), ...newestFirst((there ?? []).filter(({ key }) => !known.has(key)))];
}

const newestFirst = (drafts: Draft<unknown>[]): Draft<unknown>[] =>
  drafts.toSorted((left, right) => right.at.localeCompare(left.at));

/** Undefined when the server does not say in time. */
async function findThere({ campaign }: Place, under: string): Promise<Draft<unknown>[] | undefined> {
  const late = new Promise<undefined>((resume) => setTimeout(() => resume(undefined), patience));
  const asked = ask("drafts.list", { campaign, under }).then(
    ({ drafts }) => drafts,
    (error: unknown) => {
      if (error instanceof Problem) return undefined;
      throw error;
    },
  );
  return Promise.race([asked, late]);
}

const noteDropped = (place: Place, key: string): Promise<boolean> =>
  keep("drafts", place, key, { content: null, at: now().toISOString() }, true);

/** Tells the server what was thrown away while it could not be told. */
export async function dropLeft(place: Place, under: string): Promise<void> {
  for (const { key, value } of await list("drafts", place, under)) if (value.content === null) await dropDraft(place, key);
}

/** Throws a draft away; if the server cannot be told now, when drafts are next looked for or a record is sent. */
export async function dropDraft(place: Place, key: string): Promise<void> {
  await noteDropped(place, key);
  if (!isHere(place)) return;
  try {
    await ask("drafts.drop", { campaign: place.campaign, key });
    await forget("drafts", place, key);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

export function draftKeeper(place: Place, key: string, tell: (state: DraftState) => void): DraftKeeper {
  let waiting: { content: unknown; beyond: boolean; at: string } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = Promise.resolve();
  const later = (wait: number): void => {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };
  const send = async (): Promise<void> => {
    const sent = waiting;
    if (!sent || !isHere(place)) return;
    try {
      await ask("drafts.keep", { campaign: place.campaign, key, content: sent.content });
      if (waiting !== sent) return;
      waiting = undefined;
      tell(sent.beyond ? "device" : "kept");
      await keep("drafts", place, key, { content: sent.content, at: sent.at }, !sent.beyond);
    } catch (error) {
      // Whoever signs in again, and a server that comes back, is asked once more.
      if (error instanceof Problem && (error.status === 0 || error.status === 401 || error.status >= 500)) later(again);
    }
  };
  function flush(): void {
    clearTimeout(timer);
    sending = sending.then(send);
  }
  return {
    keep(content, beyond) {
      const typed = { content, beyond, at: now().toISOString() };
      waiting = typed;
      void keep("drafts", place, key, { content, at: typed.at }).then(
        (outlives) => waiting === typed && tell(outlives ? "device" : "page"),
      );
      later(quiet);
    },
    async drop() {
      clearTimeout(timer);
      waiting = undefined;
      tell("none");
      await noteDropped(place, key);
      // One that is on its way would come after.
      await sending;
      await dropDraft(place, key);
    },
    flush,
  };
}
