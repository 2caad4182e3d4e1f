/** Whose device this is at the moment, known also without a network. */
import { leave } from "./device.ts";

export interface Who {
  id: number;
  unit: number;
}

const key = "yibenzhang.account";
type Listener = () => void;
const listeners = new Set<Listener>();
/** Whose the page is that is open here. */
let page: number | undefined;
/** For this page alone, where the browser keeps nothing. */
let unkept: string | null = null;

const read = (text: string | null): Who | undefined => (text === null ? undefined : (JSON.parse(text) as Who));

export function who(): Who | undefined {
  try {
    return read(unkept ?? localStorage.getItem(key));
  } catch {
    return read(unkept);
  }
}

function note(text: string | null): void {
  unkept = null;
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    unkept = text;
  }
}

/** Whether the page may show what is this account's: it is not another's already. */
export const isPageOf = (id: number): boolean => page === undefined || page === id;

/** To be called with whoever the server says this is. */
export async function isNow({ id, unit }: Who): Promise<void> {
  page = id;
  const before = who();
  note(JSON.stringify({ id, unit }));
  for (const listener of listeners) listener();
  if (before && before.id !== id) await leave(before.id);
}

/** Someone signs out. */
export async function nobodyNow(): Promise<void> {
  page = undefined;
  const before = who();
  note(null);
  if (before) await leave(before.id);
}

export const whenKnown = (listener: Listener): void => void listeners.add(listener);

/** Told when another window has been given to somebody else. */
export const whenAnother = (then: Listener): void =>
  window.addEventListener("storage", ({ key: changed, oldValue, newValue }) => {
    if (changed === key && oldValue !== null && newValue !== null && read(oldValue)?.id !== read(newValue)?.id) then();
  });
