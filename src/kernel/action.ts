/**
 * An action is one thing that can be asked of the product, declared once: its name is the route, the permission and the
 * audit entry. `answer` does what every action needs, in an order that matters: session, transaction with the asker's
 * scope set for row-level security, input, subject, permission, run, audit, commit. Whatever goes wrong on the way
 * takes back the transaction whole; a refusal is then written down in one of its own.
 *
 * `subject` loads what the action is about as far as the asker may see it, and throws `notFound` for the rest: absent
 * and forbidden are one answer, because they are one code path. `allow` then decides about what they do see, so that
 * its reason may be told.
 */
import type { z } from "zod";
import { asOwner, becomeOwner, limitTime, takeScope, type Database, type Scope, type Tx } from "#platform/db.ts";
import type { Changed, Live } from "#platform/live.ts";
import type { Account, Asker, Verdict } from "./access.ts";
import type { Campaign } from "./campaign.ts";
import { readInput } from "./input.ts";
import { notFound, Problem } from "./problem.ts";

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

export interface Call {
  tx: Tx;
  now: Date;
  /** The session token that came with the request. */
  token: string | undefined;
  /** Where files of this request may be written; removed with everything in it after the answer. */
  folder: () => Promise<string>;
  upload: Upload | undefined;
  /** The bytes that a `raw` action takes. */
  raw: Buffer | undefined;
  /** Says who this turned out to be, for the audit of someone who comes without a session. */
  knownAs: (account: Account) => void;
  /** Runs past row-level security, in the same transaction. The reason is kept in the audit. */
  asSystem: <T>(reason: string, run: (tx: Tx) => Promise<T>) => Promise<T>;
}
export interface AccountCall extends Call {
  account: Account;
}
export interface CampaignCall extends AccountCall {
  campaign: Campaign;
  asker: Asker;
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
}

type ActionName = `${string}.${string}`;

export interface Declaration<
  L extends keyof Level,
  I extends z.ZodObject,
  O extends Output,
  S,
  N extends ActionName = ActionName,
> {
  name: N;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `:name` takes an input field from the path; the others come in the query of GET and DELETE, else in the body. */
  path: `/api/${string}`;
  summary: string;
  description?: string;
  input: I;
  output: O;
  /** A read that shows people or records is an event too. Writes always are. */
  sensitive?: boolean;
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
  /** The program asks this by itself: it does not keep an idle session alive. */
  unattended?: boolean;
  /** How long the database may work on one statement, in seconds; default 20. */
  seconds?: number;
  subject: (call: Level[L]["call"], input: z.output<I>) => Promise<S>;
  allow: (asker: Level[L]["asker"], subject: S, input: z.output<I>) => Verdict;
  run: (call: Level[L]["call"], subject: S, input: z.output<I>) => Promise<Answered<O>>;
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
  | "upload"
  | "raw"
  | "session"
  | "still"
  | "touches"
  | "unattended"
  | "seconds"
> {
  level: L;
  perform(stage: Stage, values: Record<string, unknown>): Promise<unknown>;
}

interface Stage {
  call: Call & Partial<CampaignCall>;
  /** Filled on the way, for the audit of what was refused. */
  about: About;
}

function declare<L extends keyof Level, I extends z.ZodObject, O extends Output, S, N extends ActionName>(
  level: L,
  { subject, allow, run, about, ...declaration }: Declaration<L, I, O, S, N>,
): Action<I, O, N, L> {
  // Strict: a name that the action does not know is refused, not dropped.
  const strict = declaration.input.strict();
  return {
    ...declaration,
    level,
    async perform({ call, about: noted }, values) {
      // The wrapper has filled the call up to this level.
      const complete = call as Level[L]["call"];
      const asker = (level === "campaign" ? call.asker : (call.account ?? null)) as Level[L]["asker"];
      const input = readInput(strict, values) as z.output<I>;
      Object.assign(noted, about?.(input, undefined));
      const found = await subject(complete, input);
      Object.assign(noted, about?.(input, found));
      const verdict = allow(asker, found, input);
      if (verdict !== true) throw new Problem("forbidden", 403, verdict);
      const result = await run(complete, found, input);
      const { output } = declaration;
      return "file" in output || "events" in output ? result : output.parse(result);
    },
  };
}

/** An action for whoever comes: signing in. */
export const openAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName>(
  declaration: Declaration<"anyone", I, O, S, N>,
) => declare("anyone", declaration);
/** An action of an account outside any campaign. */
export const accountAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName>(
  declaration: Declaration<"account", I, O, S, N>,
) => declare("account", declaration);
/** An action within a campaign, `/api/campaigns/:campaign/…`. */
export const campaignAction = <I extends z.ZodObject, O extends Output, S, const N extends ActionName>(
  declaration: Declaration<"campaign", I, O, S, N> & { path: `/api/campaigns/:campaign${string}` },
) => declare("campaign", declaration);

/** For an action about nothing in particular: the asker's own place. */
export const nothing = (): Promise<undefined> => Promise.resolve(undefined);
/** For an action that every signed-in account may take on what it sees. */
export const anyoneHere = (): true => true;

/** What the kernel asks of the features. */
export interface House {
  database: Database;
  now(): Date;
  findSession(tx: Tx, token: string, now: Date): Promise<{ account: Account; unseen: boolean } | undefined>;
  /** Called as the owner. */
  noteSession(tx: Tx, token: string, now: Date): void;
  /** As it is seen from a realm. */
  findCampaign(tx: Tx, key: string, realm: number): Promise<Campaign | undefined>;
  findAsker(tx: Tx, campaign: Campaign, account: Account): Promise<Asker | undefined>;
  /** Called as the owner. */
  audit(tx: Tx, row: AuditRow): void;
  live: Pick<Live, "tell" | "watch">;
}

export interface AuditRow {
  realm: number;
  at: Date;
  actor: number | null;
  action: string;
  unit: number | null;
  subject: string | null;
  /** `ok`, or the code of the problem. */
  result: string;
  /** Reasons given for going past row-level security. */
  bypasses: string[];
}

export interface Asked {
  token: string | undefined;
  /** Path, query and body in one. */
  values: Record<string, unknown>;
  upload?: Upload | undefined;
  raw?: Buffer | undefined;
  folder: () => Promise<string>;
}

/** Answers one request. Throws a `Problem`, or what a bug or a failing database throws. */
export async function answer(house: House, action: Action, asked: Asked): Promise<unknown> {
  const now = house.now();
  const trail: Trail = { account: undefined, realm: undefined, about: {}, bypasses: [] };
  try {
    const result = await asOwner(
      house.database,
      action.name,
      async (tx) => {
        trail.bypasses = [];
        limitTime(tx, action.seconds ?? 20);
        const { call, values, scope } = await identify(house, action, asked, tx, now, trail);
        takeScope(tx, scope);
        const answered = await action.perform({ call, about: trail.about }, values);
        const audited = action.method !== "GET" || action.sensitive === true;
        // Nobody's scope decides whether what they did is kept.
        if (audited || trail.unseen !== undefined) becomeOwner(tx);
        if (audited) house.audit(tx, auditRow(action, trail, "ok", now));
        if (trail.unseen !== undefined) house.noteSession(tx, trail.unseen, now);
        return answered;
      },
      action.still,
    );
    if (action.level === "campaign" && action.method !== "GET" && action.touches !== "nothing")
      house.live.tell({
        realm: trail.about.realm ?? trail.realm ?? 0,
        unit: action.touches === "realm" ? null : (trail.about.unit ?? trail.account?.unit ?? null),
      });
    return result;
  } catch (error) {
    if (error instanceof Problem && trail.realm !== undefined && (action.method !== "GET" || refusals.has(error.status)))
      await asOwner(house.database, "audit refusal", async (tx) => house.audit(tx, auditRow(action, trail, error.code, now)));
    throw error;
  }
}

const refusals = new Set([401, 403, 404]);

interface Trail {
  account: Account | undefined;
  realm: number | undefined;
  about: Stage["about"];
  bypasses: string[];
  /** Token of a session of which it is to be noted that it is in use. */
  unseen?: string | undefined;
}

async function identify(house: House, action: Action, asked: Asked, tx: Tx, now: Date, trail: Trail) {
  const asSystem: Call["asSystem"] = async (reason, run) => {
    trail.bypasses.push(reason);
    becomeOwner(tx);
    try {
      return await run(tx);
    } finally {
      takeScope(tx, scope);
    }
  };
  const knownAs = (account: Account): void => void Object.assign(trail, { account, realm: account.realm });
  const call: Stage["call"] = {
    tx,
    now,
    token: asked.token,
    folder: asked.folder,
    upload: asked.upload,
    raw: asked.raw,
    knownAs,
    asSystem,
  };
  let scope: Scope = { actor: null, realms: [], units: [] };
  let { values } = asked;
  if (action.level === "anyone") {
    // Whoever fails to sign in is written down too, in a realm of nobody.
    trail.realm = 0;
    return { call, values, scope };
  }
  const session = asked.token === undefined ? undefined : await house.findSession(tx, asked.token, now);
  if (!session) throw new Problem("not_signed_in", 401, "您还没有登录，或登录已过期。请重新登录。");
  const { account } = session;
  trail.unseen = session.unseen && !action.unattended ? asked.token : undefined;
  call.account = trail.account = account;
  trail.realm = account.realm;
  scope = { actor: account.id, realms: [account.realm], units: [account.unit] };
  if (action.level === "campaign") {
    if (account.temporary)
      throw new Problem("own_password_first", 403, "这是他人代设的一次性口令。请先设置自己的口令，再办理其他事项。");
    const { campaign: key, ...rest } = values;
    values = rest;
    const campaign = await house.findCampaign(tx, String(key), account.realm);
    const asker = campaign && (await house.findAsker(tx, campaign, account));
    if (!campaign || !asker) throw notFound("这项活动");
    trail.realm = campaign.realm;
    Object.assign(call, { campaign, asker });
    scope = asker.scope;
  }
  return { call, values, scope };
}

function auditRow(action: Action, { account, realm, about, bypasses }: Trail, result: string, at: Date): AuditRow {
  return {
    // Where what it is about is written, so that a transaction stays in one realm.
    realm: about.realm ?? realm ?? 0,
    at,
    actor: account?.id ?? null,
    action: action.name,
    unit: about.unit ?? account?.unit ?? null,
    subject: about.id?.toString().slice(0, 200) ?? null,
    result,
    bypasses,
  };
}
