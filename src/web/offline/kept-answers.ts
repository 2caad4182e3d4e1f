/**
 * A few answers are kept on the device, so that recording goes on without a network: who one is, the definitions, the own
 * unit's roster and units. Nothing else of what the server says is, and these go when one signs out.
 */
import { Problem } from "../api/client.ts";
import type { Input, Name, Output } from "../api/contract.ts";
import { sessionEnded } from "../shell/session.ts";
import { noteServerTime } from "./clock.ts";
import { find, keep, type Place } from "./device.ts";
import { isNow, isPageOf, who } from "./who.ts";

const needed = new Set<Name>([
  "access.me",
  "campaigns.list",
  "campaigns.get",
  "campaigns.definitions",
  "units.search",
  "people.list",
  "ledgers.recent",
]);
/** A device that has not met its server for so long is asked to do so first. */
const longest = 7 * 86_400_000;
/** A network that does not answer is as good as none after so many milliseconds. */
const patience = 5000;

const isKept = (name: Name, input: unknown): boolean => {
  if (name === "people.list") return (input as Input<"people.list">).unit === who()?.unit;
  // What is typed to find a unit is looked for with a network; some units, and the names of those written down, are there.
  return name !== "units.search" || !(input as Input<"units.search">).text;
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
      await keepAnswer(name, input, answer);
      return answer;
    }
    return (await findAnswer(name, input)) ?? (await asked);
  } catch (error) {
    const away = error instanceof Problem && (error.status === 0 || error.status >= 500);
    const kept = away ? await findAnswer(name, input) : undefined;
    if (kept === undefined) throw error;
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

const keyOf = (name: Name, input: unknown): string => `${name} ${JSON.stringify(input)}`;
const placeOf = (owner: number): Place => ({ owner, campaign: "" });

async function keepAnswer<N extends Name>(name: N, input: Input<N>, answer: Output<N>): Promise<void> {
  if (name === "access.me") await isNow(ownAnswer(answer as Output<"access.me">));
  if (name === "ledgers.recent") noteServerTime((answer as Output<"ledgers.recent">).now);
  const account = who();
  if (!account || !isKept(name, input)) return;
  await keep("answers", placeOf(account.id), keyOf(name, input), { at: Date.now(), answer }, true);
}

/** Someone else signed in in another window: this one stays its owner's, who signs in again over it. */
function ownAnswer(me: Output<"access.me">): Output<"access.me"> {
  if (isPageOf(me.id)) return me;
  sessionEnded.set(true);
  throw new Problem("not_signed_in", 401, "这台设备上已有别的账号登录。请重新登录。");
}

async function findAnswer<N extends Name>(name: N, input: Input<N>): Promise<Output<N> | undefined> {
  const account = who();
  const kept = account && (await find("answers", placeOf(account.id), keyOf(name, input)));
  return kept && Date.now() - kept.at < longest ? (kept.answer as Output<N>) : undefined;
}
