/**
 * Access to PostgreSQL. Every statement of the product runs inside a transaction that says who asks
 * (`withScope`) or why the owner itself acts (`asOwner`); there is no other way to the database.
 */
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import sql, { raw, type Sql } from "sql-template-tag";
import { KeyError, type KeyRing } from "./key-ring.ts";

export { sql, raw, type Sql };
export { join, empty } from "sql-template-tag";

// One choice for the whole program: whole numbers are JS numbers (no id or count reaches 2^53), exact decimals
// and dates stay text.
const { types } = pg;
types.setTypeParser(types.builtins.INT8, Number);
const numbers = (text: string): number[] => (text === "{}" ? [] : text.slice(1, -1).split(",").map(Number));
types.setTypeParser(1007 as never, numbers);
types.setTypeParser(1016 as never, numbers);
types.setTypeParser(types.builtins.DATE, (text) => text);
types.setTypeParser(1182 as never, (text: string) => (text === "{}" ? [] : text.slice(1, -1).split(",")));

/**
 * Who asks. `units` lists the units they may see; `whole` sees all of the realms. Of what is recorded there they see the
 * ledgers listed; with `entries` these records alone.
 */
export interface Scope {
  actor: number | null;
  realms: number[];
  units: number[] | "whole";
  ledgers: string[];
  entries?: string[] | undefined;
  /** Units that were theirs once, and the day from which they were not: of these what is of earlier days. */
  former?: { unit: number; until: string }[] | undefined;
}

export interface Tx {
  query<Row extends object>(statement: Sql): Promise<Row[]>;
  /** The one row, or undefined if none. */
  one<Row extends object>(statement: Sql): Promise<Row | undefined>;
  /**
   * A statement whose rows nobody waits for: it goes out with the next query or with the commit, in order and in the
   * same message, which saves its way there and back. Its error comes out there; `explain` says what it means.
   */
  later(statement: Sql, explain?: (error: unknown) => unknown): void;
  /** 1, or more when the transaction is run again after a conflict with another. */
  readonly attempt: number;
  /** The driver's own client, for COPY and scripts, once what is to go out later has gone out. */
  client(): Promise<pg.PoolClient>;
  /** What this process remembers of this database: only what never changes once committed. */
  readonly memory: Map<string, unknown>;
  /** The keys of what is encrypted in this database. Throws a `KeyError` where the program has opened none. */
  readonly ring: KeyRing;
  /** Marks rows as written by the program, where it has the key to it. */
  readonly stamp: Stamp | undefined;
}

/** The key ring in use, which another process may have added to. */
export interface Keys {
  readonly ring: KeyRing;
  use(ring: KeyRing, again?: () => KeyRing): void;
  /** Reads it again from where it is kept; whether its current version is another now. */
  renew(): boolean;
}

/** 16 bytes that only who holds the key of the log can give these parts. */
export type Stamp = (parts: readonly (string | number | null)[]) => Buffer;

export interface Database {
  pool: pg.Pool;
  memory: Map<string, unknown>;
  keys: Keys;
  stamp?: Stamp | undefined;
  close(): Promise<void>;
}

export function openDatabase(config: pg.PoolConfig): Database {
  const pool = new pg.Pool({ max: 12, idleTimeoutMillis: 30_000, ...config });
  // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { pool, memory: new Map(), keys: holdKeys(), close: () => pool.end() };
}

function holdKeys(): Keys {
  let held: KeyRing | undefined;
  let reread: (() => KeyRing) | undefined;
  return {
    get ring() {
      if (!held) throw new KeyError("程序没有打开密钥环，不能读写加密的内容。");
      return held;
    },
    use: (ring, again) => {
      held = ring;
      reread = again;
    },
    renew: () => {
      const before = held?.current.version;
      held = reread?.() ?? held;
      return held?.current.version !== before;
    },
  };
}

/** Class 08 (connection), 57P0x (shutdown), 40001 and 40P01 (conflicts): the whole transaction may be tried again. */
const retryable = (error: unknown): boolean => /^(08...|57P0.|40001|40P01)$/.test((error as { code?: string }).code ?? "");

/** An error that has the transaction run again, `attempt` one higher. */
export const runAgain = (cause: unknown): Error =>
  Object.assign(new Error("conflict with another transaction", { cause }), { code: "40001" });

/** Text as it is; numbers and booleans as JSON writes them, and so objects. */
const wordOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A value as a literal of unknown type, which is what it is as a parameter too. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  const text = Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : Array.isArray(value) ? arrayText(value) : wordOf(value);
  // A message of plain text ends at the first such character, whatever stands behind it.
  if (text.includes("\0")) throw Object.assign(new Error("a text holds the character 0"), { code: "22021" });
  return pg.escapeLiteral(text);
}

const arrayText = (values: readonly unknown[]): string =>
  `{${values
    .map((value) => {
      if (value === null || value === undefined) return "null";
      if (typeof value === "number") return String(value);
      const text = Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : wordOf(value);
      return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
    })
    .join()}}`;

/** A moment in a column as JSON has it: ISO 8601 in UTC, milliseconds. */
export const isoText = (column: string): Sql => raw(`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** A pattern for LIKE: this text, whatever is in it, anywhere. */
export const likeAnywhere = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`;

const special = /[\\\t\n\r]/;
const copyText = (text: string): string =>
  special.test(text)
    ? text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r")
    : text;
const copyValue = (value: unknown): string => {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "string") return copyText(value);
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString("hex")}`;
  return copyText(Array.isArray(value) ? arrayText(value) : wordOf(value));
};

/** Adds rows to a table by COPY: `target` is its name with the columns in brackets. */
export async function copyRows(tx: Tx, target: string, rows: Iterable<readonly unknown[]>): Promise<void> {
  const pieces = function* (): Generator<string> {
    let piece = "";
    for (const row of rows) {
      for (let index = 0; index < row.length; index++) piece += (index === 0 ? "" : "\t") + copyValue(row[index]);
      piece += "\n";
      if (piece.length < 65_536) continue;
      yield piece;
      piece = "";
    }
    if (piece !== "") yield piece;
  };
  const client = await tx.client();
  await pipeline(Readable.from(pieces()), client.query(copyFrom(`copy ${target} from stdin`)));
}

/**
 * What a query yields as lines of COPY text, in pieces of many lines: columns parted by tabs, \\N for null, backslash,
 * tab and line ends within a value written with a backslash. All pieces have to be taken.
 */
export async function* copyLines(tx: Tx, query: Sql): AsyncGenerator<string[]> {
  const client = await tx.client();
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of client.query(copyTo(`copy (${inline(query)}) to stdout`)) as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
}

/** Makes the text of values, as COPY gives it, independent of settings of the server and the role, and lets nothing be left out unseen. */
export const plainText = (tx: Tx): void =>
  tx.later(
    raw(`set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local timezone = 'UTC'; set local bytea_output = 'hex';
    set local extra_float_digits = 1; set local client_encoding = 'UTF8'; set local row_security = off; set local search_path = pg_catalog, public;
    set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`),
  );

const inline = ({ strings, values }: Sql): string =>
  strings.map((text, index) => (index === 0 ? text : literal(values[index - 1]) + text)).join("");

/**
 * One connection's transaction. Statements for later, and `begin` itself, wait for the next query and go out with it
 * in one message: a write costs one way to the server and back, not one a statement. Once it has ended it refuses
 * everything: its connection is somebody else's, and what someone forgot to wait for must not reach them.
 */
function openTx(pooled: pg.PoolClient, begin: string, { memory, keys, stamp }: Database, attempt: number) {
  let waiting: string[] = [begin];
  let explains: ((error: unknown) => unknown)[] = [];
  let begun = false;
  let ended = false;
  const connection = (): pg.PoolClient => {
    if (ended) throw new Error("the transaction has ended");
    return pooled;
  };
  /** Sends what waits and these, in one message; the results of all. */
  const send = async (...more: string[]): Promise<pg.QueryResult[]> => {
    const text = [...waiting, ...more].join(";\n");
    const explaining = explains;
    const client = connection();
    waiting = [];
    explains = [];
    begun = true;
    try {
      return (await client.query(text)) as unknown as pg.QueryResult[];
    } catch (error) {
      throw explaining.reduce((told, explain) => explain(told), error);
    }
  };
  const query = async <Row extends object>(statement: Sql): Promise<Row[]> => {
    if (waiting.length === 0) return (await connection().query<Row>(statement)).rows;
    return (await send(inline(statement))).at(-1)?.rows as Row[];
  };
  const tx: Tx = {
    memory,
    get ring() {
      return keys.ring;
    },
    stamp,
    attempt,
    query,
    one: async <Row extends object>(statement: Sql) => (await query<Row>(statement))[0],
    later: (statement, explain) => {
      connection();
      waiting.push(inline(statement));
      if (explain) explains.push(explain);
    },
    client: async () => {
      if (waiting.length > 0) await send();
      return connection();
    },
  };
  return {
    tx,
    commit: async (): Promise<void> => {
      const all = begun || waiting.length > 1 ? send("commit") : undefined;
      ended = true;
      await all;
    },
    rollback: async (): Promise<void> => {
      ended = true;
      if (begun) await pooled.query("rollback");
    },
  };
}

/** A connection; while the server starts up or comes back from a crash it is waited for, up to about five seconds. */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  for (let wait = 100; ; wait *= 2) {
    try {
      return await pool.connect();
    } catch (error) {
      if ((error as { code?: string }).code !== "57P03" || wait > 3200) throw error;
      await setTimeout(wait);
    }
  }
}

async function transaction<T>(database: Database, begin: string, run: (tx: Tx) => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await connect(database.pool);
    const { tx, commit, rollback } = openTx(client, begin, database, attempt);
    let broken: Error | undefined;
    try {
      const result = await run(tx);
      await commit();
      return result;
    } catch (error) {
      await rollback().catch((failure: Error) => (broken = failure));
      if (attempt >= attempts || !retryable(error)) throw error;
    } finally {
      client.release(broken);
    }
    // Those who got in each other's way do not start again at the same moment.
    await setTimeout(Math.random() * 50 * attempt);
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
  const { former = [] } = scope;
  const plain = scope.units === "whole" ? "whole" : former.length > 0 ? "former" : "app";
  const role = `yibenzhang_${scope.entries ? "named" : plain}`;
  const units = scope.units === "whole" ? [] : scope.units;
  const arrays = [
    scope.realms,
    units,
    scope.ledgers,
    scope.entries ?? [],
    former.map(({ unit }) => unit),
    former.map(({ until }) => until),
  ].map(literal);
  return `select app_begin('${role}', '${scope.actor ?? ""}', ${arrays.join(", ")})`;
}

/** Limits the rest of an owner's transaction to a scope. */
export const takeScope = (tx: Tx, scope: Scope): void => tx.later(raw(beginScope(scope)));

/** Lifts the scope of a transaction that began as the owner's. */
export const becomeOwner = (tx: Tx): void => tx.later(sql`set local role none`);

/** Ends any further statement of the transaction that takes longer. */
export const limitTime = (tx: Tx, seconds: number): void =>
  tx.later(raw(`set local statement_timeout = ${Math.round(seconds * 1000)}`));

/** Throws when the database does not answer. */
export const ping = async (database: Database): Promise<void> => void (await database.pool.query("select 1"));

/**
 * Runs in one transaction as the owner of the tables, past row-level security: migrations, bulk copies after the
 * program's own check, structure of units, jobs. `reason` says why; it is the transaction's application_name.
 */
export function asOwner<T>(database: Database, reason: string, run: (tx: Tx) => Promise<T>, still = false): Promise<T> {
  return transaction(
    database,
    `begin${still ? " isolation level repeatable read" : ""}; set local application_name = ${pg.escapeLiteral(reason.slice(0, 60))}`,
    run,
  );
}

/** Whether the connection is gone, as when the server was killed: what was not committed is undone. */
export function isConnectionLost(error: unknown): boolean {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  return (
    /^(08...|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE)$/.test(code) ||
    (code === "ENOENT" && message.includes(".s.PGSQL")) ||
    /^(Connection terminated|Client has encountered a connection error)/.test(message)
  );
}

/** Name of the constraint that an error is about; on a cluster it stands only in the message, with a shard suffix. */
export function constraintOf(error: unknown): string | undefined {
  const { constraint, message } = error as { constraint?: string; message?: string };
  if (constraint) return constraint.replace(/_\d+$/, "");
  return /constraint "([^"]+?)(?:_\d+)?"/.exec(message ?? "")?.[1];
}
