/**
 * An action is one thing that can be asked of the product, declared once: its name is the route, the permission and the
 * audit entry. How a request for one is answered is told in `answer.ts`.
 *
 * `subject` loads what the action is about as far as the asker may see it, and throws `notFound` for the rest: absent
 * and forbidden are one answer, because they are one code path. `allow` then decides about what they do see, so that
 * its reason may be told.
 */
import type { z } from "zod";
import type { Tx } from "#platform/db.ts";
import type { Directory } from "#platform/ldap.ts";
import type { OidcProvider } from "#platform/oidc.ts";
import type { Changed } from "#platform/live.ts";
import type { Account, Asker, First, Verdict } from "./access.ts";
import type { Campaign } from "./campaign.ts";
import { readInput } from "./input.ts";
import { Problem } from "./problem.ts";

/** A file that came with the request, on disk until it is answered. */
export interface Upload {
  path: string;
  /** As its sender calls it. */
  name: string;
}

/** An answer that is a file: written before the transaction ends, sent and removed afterwards. */
export interface FileAnswer {
  path: string;
  name: string;
  type: string;
  /** To be looked at in a page of ours, not kept. */
  inline?: boolean;
}

/**
 * What the audit keeps beside the subject, so that a row reads as a sentence: names of ledgers, numbers of records, how
 * many, and reasons that were given. Never what a field holds.
 */
export interface Note {
  /** Name of the ledger. */
  ledger?: string;
  /** Need-to-know level of what was shown. */
  level?: string;
  /** The record's own number (编号). */
  number?: string;
  /** Id of the file, of a record that is the subject. */
  file?: string;
  /** How many records or rows were shown. */
  rows?: number;
  /** Digest of the conditions that they were found by; the same conditions have the same. */
  filter?: string;
  /** Why, as the asker wrote it, and which field of it was shown whole. */
  reason?: string;
  field?: string;
}

/** Where a request comes from: the network address, and what its program calls itself. */
export interface From {
  address: string;
  agent: string;
}

/** What a request has before its transaction begins. */
export interface Outside {
  now: Date;
  token: string | undefined;
  from: From;
  knownAs: Call["knownAs"];
  /** Another house that knows passwords, if one is configured. */
  directory: Directory | undefined;
  /** Other houses that vouch for people. */
  providers: readonly OidcProvider[];
  /** Runs past row-level security in a transaction of its own, which stays whatever becomes of the request. */
  apart: <T>(reason: string, run: (tx: Tx) => Promise<T>) => Promise<T>;
}

export interface Call {
  tx: Tx;
  now: Date;
  /** The session token that came with the request. */
  token: string | undefined;
  from: From;
  /** Where files of this request may be written; removed with everything in it after the answer. */
  folder: () => Promise<string>;
  upload: Upload | undefined;
  /** The bytes that a `raw` action takes. */
  raw: Buffer | undefined;
  /** Adds to what the audit will keep of this request. */
  note: (note: Note) => void;
  /** Says who this turned out to be, for the audit of someone who comes without a session. */
  knownAs: (account: Account) => void;
  /** Runs past row-level security, in the same transaction. The reason is kept in the audit. */
  asSystem: <T>(reason: string, run: (tx: Tx) => Promise<T>) => Promise<T>;
}
export interface AccountCall extends Call {
  account: Account;
  /** The grant that its session has chosen to work under. */
  grant: number | null;
  /** What is to be done before anything else, which only an action `beforehand` is told. */
  first: First | null;
}
export interface CampaignCall extends AccountCall {
  campaign: Campaign;
  asker: Asker;
  /** Counts over all ledgers of the asker's units: those kept from them too, of which numbers may be told but no content. */
  counting: <T>(run: (tx: Tx) => Promise<T>) => Promise<T>;
}

interface Level {
  anyone: { call: Call; asker: null };
  account: { call: AccountCall; asker: Account };
  campaign: { call: CampaignCall; asker: Asker };
}

/** Stands for an output that is a file of one of these media types. */
export interface FileOutput {
  file: readonly string[];
}
/** Stands for an output that is a stream of server-sent events: `changed`, without content. */
export interface EventOutput {
  events: true;
}
export interface EventAnswer {
  /** Which changes are told. */
  concerns: (changed: Changed) => boolean;
}
type Output = z.ZodType | FileOutput | EventOutput;
export type Answered<O> = O extends z.ZodType ? z.input<O> : O extends FileOutput ? FileAnswer : EventAnswer;

/** What an action is about, for the audit; in the asker's own realm unless another is named. */
export interface About {
  realm?: number | undefined;
  unit?: number | undefined;
  id?: string | number | undefined;
  /** Why, as the asker wrote it, and which field of it was shown whole. */
  reason?: string | undefined;
  field?: string | undefined;
}

type ActionName = `${string}.${string}`;

export interface Declaration<
  L extends keyof Level,
  I extends z.ZodObject,
  O extends Output,
  S,
  N extends ActionName = ActionName,
  A = unknown,
> {
  name: N;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `:name` takes an input field from the path; the others come in the query of GET and DELETE, else in the body. */
  path: `/api/${string}`;
  summary: string;
  description?: string;
  input: I;
  output: O;
  /** A read that shows people or records is an event too. Writes always are, but for steps. */
  sensitive?: boolean;
  /**
   * A step on the way to a deed that another action is: a part of a file, a pause while typing. That deed is written
   * down; rows of its steps would only hide it. A step that is refused, or goes past row-level security, is written.
   */
  step?: boolean;
  /** Comes as multipart/form-data with one file. */
  upload?: boolean;
  /** Comes as application/octet-stream, at most 1 MiB, its input in path and query. */
  raw?: boolean;
  /** Session cookie that the answer sets (from `token` and `seconds`) or takes away. */
  session?: "begins" | "ends";
  /** All its statements see one moment. */
  still?: boolean;
  /** What of the campaign may look different after a write, if not just what belongs to the unit that it is about. */
  touches?: "realm" | "nothing";
  /** Only ever asked by the program itself: it does not keep an idle session alive. */
  unattended?: boolean;
  /** May be asked while one of these is to be done before anything else. */
  beforehand?: readonly First[];
  /** How long the database may work on one statement, in seconds; default 20. */
  seconds?: number;
  /**
   * Done before the transaction begins, so that no connection is held meanwhile: what takes the processor long, what
   * another server is asked, what is to stay written when the request is refused. `run` gets what it gives.
   */
  ahead?: (outside: Outside, input: z.output<I>) => Promise<A>;
  subject: (call: Level[L]["call"], input: z.output<I>) => Promise<S>;
  allow: (asker: Level[L]["asker"], subject: S, input: z.output<I>) => Verdict;
  run: (call: Level[L]["call"], subject: S, input: z.output<I>, ahead: A) => Promise<Answered<O>>;
  /** What the audit names. `subject` is missing when it could not be loaded. */
  about?: (input: z.output<I>, subject: S | undefined) => About;
}

export interface Action<
  I extends z.ZodObject = z.ZodObject,
  O extends Output = Output,
  N extends ActionName = ActionName,
  L extends keyof Level = keyof Level,
> extends Pick<
  // What routes, documents and the browser's client read; the rest is behind `perform`.
  Declaration<"anyone", I, O, unknown, N>,
  | "name"
  | "method"
  | "path"
  | "summary"
  | "description"
  | "input"
  | "output"
  | "sensitive"
  | "step"
  | "upload"
  | "raw"
  | "session"
  | "still"
  | "touches"
  | "unattended"
  | "beforehand"
  | "seconds"
> {
  level: L;
  ahead(outside: Outside, values: Record<string, unknown>): Promise<unknown>;
  perform(stage: Stage, values: Record<string, unknown>): Promise<unknown>;
}

/** What an action is performed on: the call as far as it is filled, and what it turns out to be about. */
export interface Stage {
  call: Call & Partial<CampaignCall>;
  /** Filled on the way, for the audit of what was refused. */
  about: About;
  /** What was done before the transaction began. */
  ahead: unknown;
}

function declare<L extends keyof Level, I extends z.ZodObject, O extends Output, S, N extends ActionName, A>(
  level: L,
  { ahead, subject, allow, run, about, ...declaration }: Declaration<L, I, O, S, N, A>,
): Action<I, O, N, L> {
  // Strict: a name that the action does not know is refused, not dropped.
  const strict = declaration.input.strict();
  return {
    ...declaration,
    level,
    ahead: async (outside, values) => {
      // What is wrong with the input is told after it is known who asks.
      const given = strict.safeParse(values);
      return given.success ? ahead?.(outside, given.data as z.output<I>) : undefined;
    },
    async perform({ call, about: noted, ahead: done }, values) {
      // The wrapper has filled the call up to this level.
      const complete = call as Level[L]["call"];
      const asker = (level === "campaign" ? call.asker : (call.account ?? null)) as Level[L]["asker"];
      const input = readInput(strict, values) as z.output<I>;
      Object.assign(noted, about?.(input, undefined));
      const found = await subject(complete, input);
      Object.assign(noted, about?.(input, found));
      const verdict = allow(asker, found, input);
      if (verdict !== true) throw new Problem("forbidden", 403, verdict);
      const result = await run(complete, found, input, done as A);
      const { output } = declaration;
      return "file" in output || "events" in output ? result : output.parse(result);
    },
  };
}

/** An action for whoever comes: signing in. */
export const openAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName, A>(
  declaration: Declaration<"anyone", I, O, S, N, A>,
) => declare("anyone", declaration);
/** An action of an account outside any campaign. */
export const accountAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName, A>(
  declaration: Declaration<"account", I, O, S, N, A>,
) => declare("account", declaration);
/** An action within a campaign, `/api/campaigns/:campaign/…`. */
export const campaignAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName>(
  declaration: Declaration<"campaign", I, O, S, N> & { path: `/api/campaigns/:campaign${string}` },
) => declare("campaign", declaration);

/** For an action about nothing in particular: the asker's own place. */
export const nothing = (): Promise<undefined> => Promise.resolve(undefined);
/** For an action that every signed-in account may take on what it sees. */
export const anyoneHere = (): true => true;
