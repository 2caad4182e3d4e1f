/**
 * Sends heads of the log to an address outside, so that someone else knows what the log was. Only the newest is of interest:
 * it vouches for all before it. Nobody waits for it, and what cannot be sent is tried again, ever less often.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { openOutgoing } from "./outgoing.ts";
import { headLine, type SignedHead } from "./log-key.ts";

const pauses = { first: 2000, longest: 300_000 };

export interface Posting {
  /** The head that is to be known outside from now on; one that has been sent is not sent again. */
  offer(head: SignedHead): void;
  stop(): Promise<void>;
}

/** Sends heads as JSON by POST to a URL until stopped. Redirections are not followed; any answer but 2xx is a failure. */
export function keepPosting(
  url: string,
  publicKey: string,
  onError: (error: unknown) => void,
  firstPause = pauses.first,
): Posting {
  // The address is the configuration's own word: there it may go, and nowhere else.
  const { hostname, port, protocol } = new URL(url);
  const outgoing = openOutgoing([`${hostname}:${port || (protocol === "https:" ? 443 : 80)}`]);
  const stopping = new AbortController();
  let wanted: SignedHead | undefined;
  let sent = "";
  let working: Promise<void> | undefined;

  const send = async (line: string): Promise<void> => {
    const response = await outgoing.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: line,
      signal: stopping.signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  };
  const lineOf = (head: SignedHead): string => JSON.stringify({ ...(JSON.parse(headLine(head)) as object), publicKey });
  const work = async (): Promise<void> => {
    for (let pause = firstPause; !stopping.signal.aborted && wanted && lineOf(wanted) !== sent;) {
      const line = lineOf(wanted);
      try {
        await send(line);
        sent = line;
        pause = firstPause;
      } catch (error) {
        if (stopping.signal.aborted) return;
        onError(new Error(`封存签名没有发送到 ${new URL(url).host}，稍后再试`, { cause: error }));
        await sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
        pause = Math.min(pause * 2, pauses.longest);
      }
    }
  };
  return {
    offer(head) {
      wanted = head;
      working ??= work().finally(() => (working = undefined));
    },
    async stop() {
      stopping.abort();
      await working;
    },
  };
}
