/**
 * Keeps a shared text and the server's in step over plain requests: own changes go out a moment after they are typed,
 * others' are asked for every second while somebody else is there, more seldom otherwise. A change is kept on this device until
 * the server confirms it, and sent again after a failure; sent twice it does no harm.
 */
import * as Y from "yjs";
import { ask, Problem } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { newId } from "#web/api/new-id.ts";
import { forget, keep, list } from "#web/offline/device.ts";
import { who } from "#web/offline/who.ts";

export type SaveState = "saved" | "saving" | "offline" | "refused";
export type Person = Output<"documents.changes">["people"][number];

export interface SyncNews {
  state: SaveState;
  /** What the server said when it refused. */
  problem: string | undefined;
  people: Person[];
  /** Number of the last change that is in the text. */
  seq: number;
  /** Somebody has made it final. */
  final: boolean;
}

export interface Sync {
  /** Where the asker's cursor is, for the others. */
  place(text: string | undefined): void;
  /** Waits until everything typed is confirmed; answers with the number of the last change. */
  flush(): Promise<number>;
  stop(): void;
}

const remote = "remote";
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** The text as the server has it, to begin with. */
export const takeChange = (doc: Y.Doc, change: string): void => Y.applyUpdate(doc, fromBase64(change), remote);

const titleOf = (doc: Y.Doc): string => {
  const first = doc
    .getXmlFragment("body")
    .toArray()
    .find((one) => one instanceof Y.XmlElement && one.nodeName === "title");
  const text =
    first instanceof Y.XmlElement
      ? first
          .toArray()
          .map((one) => (one instanceof Y.XmlText ? one.toString() : ""))
          .join("")
      : "";
  return text
    .replace(/\s*\n\s*/g, "")
    .trim()
    .slice(0, 200);
};

/** The server or the session is away: both come back, and what was typed waits on the device. */
const lost = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 0 || error.status === 401 || error.status >= 500);

interface Given {
  campaign: string;
  document: string;
  /** Whose device this is: another account's changes are not sent for this one. */
  account: number;
  doc: Y.Doc;
  seq: number;
  mayEdit: boolean;
  tell: (news: SyncNews) => void;
}

export function openSync({ campaign, document, account, doc, seq, mayEdit, tell }: Given): Sync {
  const device = { owner: account, campaign };
  // Each window keeps its own, so that one does not forget what another has not sent yet.
  const kept = `${document}~`;
  const own = `${kept}${newId()}`;
  /** Another's session is no way to send this one's changes. */
  const isHere = (): boolean => who()?.id === account;
  const about = { campaign, document };
  let news: SyncNews = { state: "saved", problem: undefined, people: [], seq, final: false };
  let waiting: Uint8Array[] = [];
  let sending: Uint8Array | undefined;
  let place: string | undefined;
  let stopped = false;
  let failures = 0;
  let timers: { push?: number; poll?: number } = {};
  let settled: (() => void)[] = [];

  const say = (more: Partial<SyncNews>): void => {
    news = { ...news, ...more };
    if (!stopped) tell(news);
  };
  const all = (): Uint8Array[] => [...(sending ? [sending] : []), ...waiting];
  const keepAll = async (): Promise<unknown> =>
    all().length > 0 ? keep("changes", device, own, Y.mergeUpdates(all())) : forget("changes", device, own);
  const later = (what: "push" | "poll", act: () => Promise<void>, wait: number): void => {
    window.clearTimeout(timers[what]);
    if (!stopped) timers[what] = window.setTimeout(() => void act(), wait);
  };
  const took = (answer: Pick<Output<"documents.changes">, "seq" | "changes" | "people">): void => {
    doc.transact(() => answer.changes.forEach((change) => takeChange(doc, change)), remote);
    failures = 0;
    say({ seq: Math.max(news.seq, answer.seq), people: answer.people });
  };
  const done = (): void => {
    settled.forEach((go) => go());
    settled = [];
  };

  async function push(): Promise<void> {
    if (sending || waiting.length === 0 || news.state === "refused" || !isHere()) return;
    sending = Y.mergeUpdates(waiting);
    waiting = [];
    say({ state: "saving" });
    try {
      const change = toBase64(sending);
      const title = titleOf(doc);
      took(await ask("documents.write", { ...about, change, title, after: news.seq, ...(place ? { place } : {}) }));
      sending = undefined;
      await keepAll();
      if (waiting.length > 0) later("push", push, 300);
      else {
        say({ state: "saved", problem: undefined });
        done();
      }
    } catch (error) {
      waiting = [...(sending ? [sending] : []), ...waiting];
      sending = undefined;
      if (lost(error)) {
        say({ state: "offline" });
        later("push", push, Math.min(10_000, 500 * 2 ** failures++));
      } else {
        say({ state: "refused", problem: error instanceof Error ? error.message : String(error) });
        done();
      }
    }
  }

  async function poll(): Promise<void> {
    if (!isHere()) return later("poll", poll, 3000);
    try {
      const answer = await ask("documents.changes", { ...about, after: news.seq, ...(place ? { place } : {}) });
      // A change on its way may come back before its own answer does; it is only taken twice.
      if (!sending) took(answer);
      if (news.state === "offline") say({ state: all().length > 0 ? "saving" : "saved" });
      if (answer.state === "final") say({ final: true });
      if (waiting.length > 0) later("push", push, 0);
    } catch (error) {
      failures++;
      if (lost(error)) say({ state: "offline" });
      else say({ state: "refused", problem: error instanceof Error ? error.message : String(error) });
    }
    if (news.state === "refused" || news.final) return;
    const wait = window.document.hidden ? 20_000 : failures > 0 ? 3000 : news.people.length > 0 ? 1000 : 3000;
    later("poll", poll, wait);
  }

  const onChange = (change: Uint8Array, origin: unknown): void => {
    if (origin === remote) return;
    waiting.push(change);
    void keepAll();
    if (news.state === "saved") say({ state: "saving" });
    if (news.state !== "offline") later("push", push, 400);
  };
  /** What an earlier window could not send is this one's from now on. */
  async function takeKept(): Promise<void> {
    const found = await list("changes", device, kept);
    if (stopped || found.length === 0) return;
    for (const { value } of found) Y.applyUpdate(doc, value, "kept");
    if ((await keepAll()) === false) return;
    for (const { key } of found) if (key !== own) await forget("changes", device, key);
  }
  const wake = (): void => {
    if (window.document.hidden) return;
    failures = 0;
    later("poll", poll, 0);
    later("push", push, 0);
  };

  if (mayEdit) {
    doc.on("update", onChange);
    void takeKept();
  }
  window.addEventListener("online", wake);
  window.document.addEventListener("visibilitychange", wake);
  later("poll", poll, 0);

  return {
    place: (text) => void (place = text),
    flush: () =>
      new Promise((go) => {
        const end = (): void => go(news.seq);
        if (all().length === 0) return end();
        settled.push(end);
        if (!sending) later("push", push, 0);
      }),
    stop() {
      stopped = true;
      window.clearTimeout(timers.push);
      window.clearTimeout(timers.poll);
      timers = {};
      doc.off("update", onChange);
      window.removeEventListener("online", wake);
      window.document.removeEventListener("visibilitychange", wake);
      // Leaving the page is no reason to wait until it is opened again.
      if (all().length > 0 && news.state !== "refused" && isHere())
        void ask("documents.write", {
          ...about,
          change: toBase64(Y.mergeUpdates(all())),
          title: titleOf(doc),
          after: news.seq,
        }).then(
          () => forget("changes", device, own),
          () => undefined,
        );
    },
  };
}
