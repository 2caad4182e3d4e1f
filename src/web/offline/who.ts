/** Whose device this is at the moment, known also without a network. */
export interface Who {
  id: number;
  unit: number;
}

const key = "yibenzhang.account";
type Listener = () => void;
const listeners = new Set<Listener>();

export function who(): Who | undefined {
  const text = localStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as Who);
}

/** To be called with whoever the server says this is. */
export function isNow(account: Who): void {
  localStorage.setItem(key, JSON.stringify({ id: account.id, unit: account.unit }));
  for (const listener of listeners) listener();
}

export const nobodyNow = (): void => localStorage.removeItem(key);

export const whenKnown = (listener: Listener): void => void listeners.add(listener);
