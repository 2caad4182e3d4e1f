/**
 * Records on their way to the server. One is put here first, whatever the network, and sent from here: the record, then
 * its photos. It carries the id that its author's device made, so that sending it twice, from two tabs or after a lost
 * answer, leaves one. A tab takes a lock while it sends; closing it in the middle loses nothing, the next one goes on.
 */
import { ask, Problem } from "../api/client.ts";
import type { Input } from "../api/contract.ts";
import { dropLeft } from "../api/draft-keeper.ts";
import { queries } from "../api/queries.ts";
import { find, forget, keep, list } from "./device.ts";
import { draftsOf, photosOf, type Fault, type RecordDraft, type Outgoing } from "./kept.types.ts";
import { who } from "./who.ts";

export interface Outbox {
  /** Undefined until it has been read from the device. */
  list: () => readonly Outgoing[] | undefined;
  subscribe: (then: () => void) => () => void;
  /** Takes in a record and sends it with the photos kept for it. One that is here already, or there, becomes what this says. */
  add(campaign: string, made: RecordDraft): Promise<void>;
  /** Holds a record back for its author to change, who adds it again. */
  hold(id: string): Promise<void>;
  retry(id: string): Promise<void>;
  /** Sends what waits; `now` without regard to when it was to be tried again. */
  send(now?: boolean): Promise<void>;
  remove(id: string): Promise<void>;
  /** Sends at the start, when the network or the window comes back, and when it is time to try again. */
  start(): void;
}

const opened = new Map<number, Outbox>();

export function outboxOf(account: number): Outbox {
  let outbox = opened.get(account);
  if (!outbox) opened.set(account, (outbox = open(account)));
  return outbox;
}

/** How many records of whoever this is have not arrived. */
export function unsent(): number {
  const account = who();
  return account ? (outboxOf(account.id).list() ?? []).filter(({ state }) => state !== "sent").length : 0;
}

function open(account: number): Outbox {
  let items: readonly Outgoing[] | undefined;
  const readers = new Set<() => void>();
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`yibenzhang.outbox.${account}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let started = false;

  const reload = async (): Promise<readonly Outgoing[]> => {
    const rows = await list("outbox", { owner: account });
    items = rows.map(({ value }) => value).toSorted((left, right) => right.at.localeCompare(left.at));
    for (const reader of readers) reader();
    return items;
  };
  const changed = async (): Promise<void> => {
    await reload();
    channel?.postMessage("changed");
  };
  const placeOf = ({ campaign }: { campaign: string }) => ({ owner: account, campaign });
  const put = async (item: Outgoing): Promise<void> => {
    await keep("outbox", placeOf(item), item.id, item, item.state === "sent");
    await changed();
  };
  const findItem = async (id: string): Promise<Outgoing | undefined> => (await reload()).find((one) => one.id === id);

  /** False when the others need not be tried now. */
  async function sendOne(given: Outgoing): Promise<boolean> {
    let item: Outgoing = { ...given, state: "sending", tries: given.tries + 1 };
    delete item.reason;
    delete item.faults;
    await put(item);
    try {
      // The cookie may be another's by now, who signed in in the next tab.
      if ((await ask("access.me", {})).id !== account) return await later(item, false);
      if (item.version === undefined || item.edited) {
        await put((item = { ...item, version: await record(item), edited: false }));
        // Nobody is to find it begun, here or elsewhere, when it is made.
        void dropLeft(placeOf(item), draftsOf(item.ledger));
        void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => /^(ledgers|figures)\./.test(String(name)) });
      }
      for (const photo of item.photos) {
        const kept = photo.sent ? undefined : await find("files", placeOf(item), photo.key);
        if (!kept) continue;
        const { upload } = await import("../api/upload.ts");
        await upload(item.campaign, item.id, kept.file);
        await put((item = { ...item, photos: item.photos.map((one) => (one.key === photo.key ? { ...one, sent: true } : one)) }));
        await forget("files", placeOf(item), photo.key);
      }
      await put({ ...item, state: "sent" });
      return true;
    } catch (error) {
      const { status, message, details } = error instanceof Problem ? error : new Problem("unexpected", 0, String(error));
      if (status === 0 || status >= 500 || status === 401 || status === 408 || status === 429)
        return later({ ...item, reason: message }, status !== 401);
      const faults = (details["faults"] ?? []) as Fault[];
      await put({ ...item, state: "refused", reason: message, faults });
      return true;
    }
  }
  async function later(item: Outgoing, again: boolean): Promise<false> {
    // 2, 4, 8 seconds and so on to five minutes, not all devices of a building at once.
    const wait = Math.min(300_000, 1000 * 2 ** item.tries) * (0.75 + Math.random() / 2);
    await put({ ...item, state: "waiting", nextAt: again ? Date.now() + wait : Number.MAX_SAFE_INTEGER });
    return false;
  }
  async function record({ campaign, ledger, id, values: filled, edited, version }: Outgoing): Promise<number> {
    const values = filled as Input<"ledgers.record">["values"];
    const there =
      version === undefined ? (await ask("ledgers.record", { campaign, ledger, entry: id, values })).entry : undefined;
    const known = version ?? there?.version ?? 1;
    // An earlier attempt may have arrived, here or elsewhere: what was edited since is a change then.
    const differs = Object.entries(values).some(([name, value]) => String(there?.values[name] ?? "") !== String(value ?? ""));
    return edited && differs
      ? (await ask("ledgers.change", { campaign, entry: id, version: known, values })).entry.version
      : known;
  }

  async function sendAll(now: boolean): Promise<void> {
    const due = async (): Promise<Outgoing | undefined> => {
      return (await reload()).findLast(
        ({ state, nextAt, id }) =>
          !tried.has(id) && (state === "sending" || (state === "waiting" && (now || nextAt <= Date.now()))),
      );
    };
    const tried = new Set<string>();
    for (let item = await due(); item; item = await due()) {
      tried.add(item.id);
      if (!(await sendOne(item))) break;
    }
    clearTimeout(timer);
    const next = Math.min(...(await reload()).filter(({ state }) => state === "waiting").map(({ nextAt }) => nextAt));
    // Longer than setTimeout can count means: not by itself.
    if (next - Date.now() < 2 ** 31) timer = setTimeout(() => void send(), Math.max(0, next - Date.now()));
  }

  let running: Promise<void> | undefined;
  let again = false;
  async function send(now = false): Promise<void> {
    // Whoever else sits here now must neither see nor send it.
    if (who()?.id !== account || !navigator.onLine) return undefined;
    if (running) {
      again ||= now;
      return running;
    }
    const work = (): Promise<void> => sendAll(now);
    running = navigator.locks ? navigator.locks.request(`yibenzhang.outbox.${account}`, work) : work();
    await running.finally(() => (running = undefined));
    if (!again) return undefined;
    again = false;
    return send(true);
  }

  channel?.addEventListener("message", () => void reload());
  void reload().catch(() => undefined);
  return {
    list: () => items,
    subscribe: (then) => {
      readers.add(then);
      return () => readers.delete(then);
    },
    async add(campaign, made) {
      let old = await findItem(made.id);
      if (old?.state === "sending") {
        await running?.catch(() => undefined);
        old = await findItem(made.id);
      }
      const { state, tries = 0, version, photos: before = [] } = old ?? {};
      const emptied = Object.fromEntries(Object.keys(old?.values ?? {}).map((name) => [name, null]));
      const values = { ...emptied, ...made.values };
      const added = await list("files", { owner: account, campaign }, photosOf(made.id));
      // A second tap, or a second tab that found the same draft.
      if (state === "sent" && added.length === 0 && JSON.stringify(old?.values) === JSON.stringify(values)) return;
      await put({
        ...made,
        campaign,
        at: new Date().toISOString(),
        values,
        photos: [...before.filter(({ sent }) => sent), ...added.map(({ key }) => ({ key }))],
        ...(version === undefined ? {} : { version }),
        state: "waiting",
        tries,
        nextAt: 0,
        edited: tries > 0 || made.resumed === true,
      });
      void send(true).catch(() => undefined);
    },
    async hold(id) {
      const item = await findItem(id);
      if (item?.state === "waiting") await put({ ...item, state: "refused" });
    },
    async retry(id) {
      const item = await findItem(id);
      if (item) await put({ ...item, state: "waiting", nextAt: 0 });
      await send(true);
    },
    send,
    async remove(id) {
      const item = await findItem(id);
      if (!item) return;
      for (const { key } of item.photos) await forget("files", placeOf(item), key);
      await forget("outbox", placeOf(item), id);
      await changed();
    },
    start() {
      const now = (): void => void send(true).catch(() => undefined);
      now();
      if (started) return;
      started = true;
      window.addEventListener("online", now);
      window.addEventListener("focus", now);
      document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && now());
      void forgetSent().catch(() => undefined);
    },
  };

  /** What arrived yesterday has been seen. */
  async function forgetSent(): Promise<void> {
    for (const item of await reload())
      if (item.state === "sent" && Date.parse(item.at) < Date.now() - 86_400_000) await forget("outbox", placeOf(item), item.id);
    await reload();
  }
}
