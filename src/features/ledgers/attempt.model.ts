/** Parts of a transaction that may fail by themselves. */
import { Problem } from "#kernel/problem.ts";
import { sql, type Tx } from "#platform/db.ts";

/** What a part did, or what it was refused for: then nothing of it is left. Other errors end the whole transaction. */
export async function attempt<T>(tx: Tx, run: () => Promise<T>): Promise<{ done: T } | { refused: Problem }> {
  await tx.query(sql`savepoint part`);
  try {
    const done = await run();
    await tx.query(sql`release savepoint part`);
    return { done };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await tx.query(sql`rollback to savepoint part`);
    return { refused: error };
  }
}

/** Runs and keeps what it did only if it says so. */
export async function rehearse<T>(tx: Tx, run: () => Promise<{ keep: boolean; result: T }>): Promise<T> {
  await tx.query(sql`savepoint whole`);
  const { keep, result } = await run();
  await tx.query(keep ? sql`release savepoint whole` : sql`rollback to savepoint whole`);
  return result;
}
