/**
 * Passwords as they are kept. A hash is made to take long, so a rush of sign-ins could take every core and, waiting in
 * transactions, every connection: only so many are at work at once, the rest wait outside transactions, and who comes
 * when too many wait is told so.
 */
import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { Problem } from "#kernel/problem.ts";

// argon2id, 19 MiB, two passes: OWASP's minimum for sign-in that stays under 50 ms on one core.
const hashing = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** One core stays for whoever is signed in; and of libuv's four threads one for files. */
export const atOnce = Math.min(3, Math.max(1, availableParallelism() - 1));
const mostWaiting = 300;
let working = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (working >= atOnce) {
    if (waiting.length >= mostWaiting) throw new Problem("busy", 503, "现在登录的人很多，请过一分钟再试。");
    // Whoever ends hands their place over, so that it is never free for a third.
    await new Promise<void>((begin) => waiting.push(begin));
  } else working++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else working--;
  }
}

/** A password as it is kept. */
export const hashed = (password: string): Promise<string> => inTurn(() => hash(password, hashing));

// Verified against when there is nothing to verify, so that the answer takes as long.
const decoy = hash("decoy", hashing);

/** Whether this is the password that is kept; false, and as slowly, where none is. */
export async function isPassword(kept: string | null | undefined, password: string): Promise<boolean> {
  const against = kept ?? (await decoy);
  return (await inTurn(() => verify(against, password))) && typeof kept === "string";
}
