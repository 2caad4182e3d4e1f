/**
 * One draft: on the device at once, on the server after a moment of quiet. What the server has is taken off the device,
 * so that a shared computer keeps only what could not be sent yet.
 */
import { ask, Problem } from "./client.ts";

export interface Kept {
  key: string;
  content: unknown;
  at: string;
}

/** `device`: the server does not have the last of it yet. */
export type DraftState = "none" | "device" | "kept";

export interface DraftKeeper {
  keep(content: unknown): void;
  /** Saved, or not wanted any more. */
  drop(): Promise<void>;
  /** Sends now what waits for quiet. */
  flush: () => void;
}

interface Place {
  account: number;
  campaign: string;
}

const quiet = 1500;
const again = 10_000;

const prefix = ({ account, campaign }: Place): string => `yibenzhang.draft/${account}/${campaign}/`;

/** No room, or none given: the server alone keeps it then. */
function onDevice(place: Place, key: string, kept: Omit<Kept, "key"> | undefined): void {
  try {
    if (kept) localStorage.setItem(prefix(place) + key, JSON.stringify(kept));
    else localStorage.removeItem(prefix(place) + key);
  } catch {
    // Private windows may refuse to store anything.
  }
}

function listOnDevice(place: Place, under: string): Kept[] {
  const start = prefix(place) + under;
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(start))
    .flatMap((name) => {
      try {
        const { content, at } = JSON.parse(localStorage.getItem(name) ?? "") as Omit<Kept, "key">;
        return [{ key: name.slice(prefix(place).length), content, at }];
      } catch {
        return [];
      }
    });
}

/** Drafts whose key begins so, newest first; what only this device has is newer than what the server has. */
export async function findDrafts(place: Place, under: string): Promise<Kept[]> {
  const here = listOnDevice(place, under);
  for (const { key } of here.filter(({ content }) => content === null)) void dropDraft(place, key);
  const there = await ask("drafts.list", { campaign: place.campaign, under }).catch((error: unknown) => {
    if (error instanceof Problem) return { drafts: [] };
    throw error;
  });
  const known = new Set(here.map(({ key }) => key));
  return [...here, ...there.drafts.filter(({ key }) => !known.has(key))]
    .filter(({ content }) => content !== null)
    .toSorted((left, right) => right.at.localeCompare(left.at));
}

/** Throws a draft away; if the server cannot be told now, when drafts are next looked for. */
export async function dropDraft(place: Place, key: string): Promise<void> {
  onDevice(place, key, undefined);
  await ask("drafts.drop", { campaign: place.campaign, key }).catch((error: unknown) => {
    if (error instanceof Problem) onDevice(place, key, { content: null, at: new Date().toISOString() });
    else throw error;
  });
}

export function draftKeeper(place: Place, key: string, tell: (state: DraftState) => void): DraftKeeper {
  let waiting: { content: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = Promise.resolve();
  const later = (wait: number): void => {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };
  const send = async (): Promise<void> => {
    const sent = waiting;
    if (!sent) return;
    try {
      await ask("drafts.keep", { campaign: place.campaign, key, content: sent.content });
      if (waiting !== sent) return;
      waiting = undefined;
      onDevice(place, key, undefined);
      tell("kept");
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
    keep(content) {
      waiting = { content };
      onDevice(place, key, { content, at: new Date().toISOString() });
      tell("device");
      later(quiet);
    },
    async drop() {
      clearTimeout(timer);
      waiting = undefined;
      onDevice(place, key, undefined);
      tell("none");
      // One that is on its way would come after.
      await sending;
      await dropDraft(place, key);
    },
    flush,
  };
}
