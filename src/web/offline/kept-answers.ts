/**
 * A few answers are kept on the device, so that recording goes on without a network: who one is, the definitions, the own
 * unit's roster and units. Nothing else of what the server says is, and these go when one signs out.
 */
import { Problem } from "../api/client.ts";
import type { Input, Name, Output } from "../api/contract.ts";
import { noteServerTime } from "./clock.ts";
import { deviceStore } from "./device-store.ts";
import { isNow, nobodyNow, who } from "./who.ts";

const needed = new Set<Name>(["access.me", "campaigns.list", "campaigns.get", "units.search", "people.list", "ledgers.recent"]);
/** A device that has not met its server for so long is asked to do so first. */
const longest = 7 * 86_400_000;
/** A network that does not answer is as good as none after so many milliseconds. */
const patience = 5000;

const isKept = (name: Name, input: unknown): boolean => {
  if (name === "people.list") return (input as Input<"people.list">).unit === who()?.unit;
  // What is typed to find a unit is looked for with a network; some units, and the names of those written down, are there.
  return needed.has(name) && (name !== "units.search" || !(input as Input<"units.search">).text);
};

/** The server's answer, or while it is out of reach the one kept here. */
export async function keeping<N extends Name>(name: N, input: Input<N>, ask: () => Promise<Output<N>>): Promise<Output<N>> {
  if (!needed.has(name)) return ask();
  const asked = ask();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resume) => (timer = setTimeout(() => resume(undefined), patience)));
  try {
    const answer = await Promise.race([asked, late]);
    if (answer !== undefined) {
      await keep(name, input, answer);
      return answer;
    }
    return (await find(name, input)) ?? (await asked);
  } catch (error) {
    const away = error instanceof Problem && (error.status === 0 || error.status >= 500);
    const kept = away ? await find(name, input) : undefined;
    if (kept === undefined) throw error;
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

const keyOf = (name: Name, input: unknown): string => `${name} ${JSON.stringify(input)}`;

async function keep<N extends Name>(name: N, input: Input<N>, answer: Output<N>): Promise<void> {
  if (name === "access.me") {
    const me = answer as Output<"access.me">;
    const before = who();
    if (before && before.id !== me.id) await wipe(before.id);
    isNow(me);
  }
  if (name === "ledgers.recent") noteServerTime((answer as Output<"ledgers.recent">).now);
  const account = who();
  if (!account || !isKept(name, input)) return;
  // A browser that keeps nothing still works with a network.
  await deviceStore(account.id)
    .then((store) => store.put("answers", { at: Date.now(), answer }, keyOf(name, input)))
    .catch(() => undefined);
}

async function find<N extends Name>(name: N, input: Input<N>): Promise<Output<N> | undefined> {
  const account = who();
  if (!account) return undefined;
  const kept = await deviceStore(account.id)
    .then((store) => store.get("answers", keyOf(name, input)))
    .catch(() => undefined);
  return kept && Date.now() - kept.at < longest ? (kept.answer as Output<N>) : undefined;
}

const wipe = (account: number): Promise<void> =>
  deviceStore(account)
    .then((store) => store.clear("answers"))
    .catch(() => undefined);

/** Signing out: what the server said goes. Records that it has not got yet stay, for their author alone. */
export async function forgetAnswers(): Promise<void> {
  const account = who();
  nobodyNow();
  if (account) await wipe(account.id);
}
