/**
 * Access to PostgreSQL. Every statement of the product runs inside a transaction that says who asks
 * (`withScope`) or why the owner itself acts (`asOwner`); there is no other way to the database.
 */
import pg from "pg";
import sql, { type Sql } from "sql-template-tag";

export { sql, type Sql };
export { join, raw, empty } from "sql-template-tag";

// One choice for the whole program: whole numbers are JS numbers (no id or count reaches 2^53), exact decimals
// and dates stay text.
const { types } = pg;
types.setTypeParser(types.builtins.INT8, Number);
types.setTypeParser(1016 as never, (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number)));
types.setTypeParser(types.builtins.DATE, (text) => text);
types.setTypeParser(1182 as never, (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",")));

/** Who asks. `units` lists the units they may see; `whole` sees all of the realms. */
export interface Scope {
  actor: number | null;
  realms: number[];
  units: number[] | "whole";
}

export interface Tx {
  query<Row extends object>(statement: Sql): Promise<Row[]>;
  /** The one row, or undefined if none. */
  one<Row extends object>(statement: Sql): Promise<Row | undefined>;
  /** The driver's own client, for COPY. */
  client: pg.PoolClient;
}

export interface Database {
  pool: pg.Pool;
  close(): Promise<void>;
}

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({ max: 12, idleTimeoutMillis: 30_000, ...config });
  // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { pool, close: () => pool.end() };
}

/** Class 08 (connection), 57P0x (shutdown), 40001 and 40P01 (conflicts): the whole transaction may be tried again. */
const retryable = (error: unknown): boolean => /^(08...|57P0.|40001|40P01)$/.test((error as { code?: string }).code ?? "");

async function transaction<T>(database: Database, begin: string, run: (tx: Tx) => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await database.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const tx: Tx = {
        client,
        query: async (statement) => (await client.query(statement)).rows,
        one: async (statement) => (await client.query(statement)).rows[0],
      };
      const result = await run(tx);
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((failure: Error) => (broken = failure));
      if (attempt >= attempts || !retryable(error)) throw error;
    } finally {
      client.release(broken);
    }
  }
}

/**
 * Runs in one transaction as someone: row-level security lets through what `scope` may see, and no more.
 * `still` makes all statements see one moment (repeatable read).
 */
export function withScope<T>(database: Database, scope: Scope, run: (tx: Tx) => Promise<T>, still = false): Promise<T> {
  return transaction(database, `begin${still ? " isolation level repeatable read" : ""}; ${beginScope(scope)}`, run);
}

/** The statement that sets a scope for the rest of the transaction. */
export function beginScope(scope: Scope): string {
  const role = scope.units === "whole" ? "yibenzhang_whole" : "yibenzhang_app";
  const units = scope.units === "whole" ? "" : `{${scope.units.join(",")}}`;
  return `select app_begin('${role}', '${scope.actor ?? ""}', '{${scope.realms.join(",")}}', '${units}')`;
}

/** Limits the rest of an owner's transaction to a scope. */
export const takeScope = async (tx: Tx, scope: Scope): Promise<void> => void (await tx.client.query(beginScope(scope)));

/** Lifts the scope of a transaction that began as the owner's. */
export const becomeOwner = async (tx: Tx): Promise<void> => void (await tx.client.query("set local role none"));

/** Ends any further statement of the transaction that takes longer. */
export const limitTime = async (tx: Tx, seconds: number): Promise<void> =>
  void (await tx.client.query(`set local statement_timeout = ${Math.round(seconds * 1000)}`));

/** Throws when the database does not answer. */
export const ping = async (database: Database): Promise<void> => void (await database.pool.query("select 1"));

/**
 * Runs in one transaction as the owner of the tables, past row-level security: migrations, bulk copies after the
 * program's own check, structure of units, jobs. `reason` says why; it is the transaction's application_name.
 */
export function asOwner<T>(database: Database, reason: string, run: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(database, `begin; set local application_name = ${pg.escapeLiteral(reason.slice(0, 60))}`, run);
}

/** Name of the constraint that an error is about; on a cluster it stands only in the message, with a shard suffix. */
export function constraintOf(error: unknown): string | undefined {
  const { constraint, message } = error as { constraint?: string; message?: string };
  if (constraint) return constraint.replace(/_\d+$/, "");
  return /constraint "([^"]+?)(?:_\d+)?"/.exec(message ?? "")?.[1];
}
