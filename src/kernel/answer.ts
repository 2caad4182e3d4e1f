/**
 * Answering a request for an action: what every action needs, in an order that matters. Session, transaction with the
 * asker's scope set for row-level security, input, subject, permission, run, audit, commit. Whatever goes wrong on the
 * way takes back the transaction whole; a refusal is then written down in one of its own. After the commit, who watches
 * is told.
 */
import { asOwner, becomeOwner, limitTime, takeScope, type Database, type Scope, type Tx } from "#platform/db.ts";
import type { Directory } from "#platform/ldap.ts";
import type { OidcProvider } from "#platform/oidc.ts";
import type { Live } from "#platform/live.ts";
import type { Account, Asker, First } from "./access.ts";
import type { Action, Call, CampaignCall, From, Note, Stage, Upload } from "./action.ts";
import type { Campaign } from "./campaign.ts";
import { chinaDay } from "./fields.ts";
import { notFound, Problem } from "./problem.ts";
import { campaignFor } from "./withheld.ts";

/** What the kernel asks of the features. */
export interface House {
  database: Database;
  now(): Date;
  findSession(tx: Tx, token: string, now: Date): Promise<Found | undefined>;
  /** Called as the owner. */
  noteSession(tx: Tx, token: string, now: Date): void;
  /** As it is seen from a realm. */
  findCampaign(tx: Tx, key: string, realm: number): Promise<Campaign | undefined>;
  /** On a day, under the grant that was chosen. */
  findAsker(tx: Tx, campaign: Campaign, account: Account, day: string, grant: number | null): Promise<Asker | undefined>;
  /** Called as the owner. */
  audit(tx: Tx, row: AuditRow): void;
  live: Pick<Live, "tell" | "watch">;
  /** Asked for the passwords of accounts that have none here. */
  directory?: Directory | undefined;
  /** Vouch for people. */
  providers?: readonly OidcProvider[] | undefined;
}

/** Who comes with a token. */
export interface Found {
  account: Account;
  /** The grant that was chosen to work under. */
  grant: number | null;
  /** It is to be noted that the session is in use. */
  unseen: boolean;
  first: First | null;
  /** It is a program's token, which is good for some actions only. */
  token?: { id: number; allows: (action: Pick<Action, "name" | "method">) => boolean };
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
  /** In what role. */
  role?: string | null;
  /** The address that the request came from, and by what: `Chrome 140 · Windows`. */
  address?: string | null;
  device?: string | null;
  note?: Note;
  /** The program's token that it was done with. */
  token?: number | undefined;
}

export interface Asked {
  token: string | undefined;
  from: From;
  /** The program asks by itself, as its client says: it does not keep an idle session alive. */
  unattended: boolean;
  /** Path, query and body in one. */
  values: Record<string, unknown>;
  upload?: Upload | undefined;
  raw?: Buffer | undefined;
  address?: string | undefined;
  device?: string | undefined;
  folder: () => Promise<string>;
}

/** Answers one request. Throws a `Problem`, or what a bug or a failing database throws. */
export async function answer(house: House, action: Action, asked: Asked): Promise<unknown> {
  const now = house.now();
  const trail: Trail = {
    account: undefined,
    role: undefined,
    // Whoever fails to sign in is written down too, in a realm of nobody.
    realm: action.level === "anyone" ? 0 : undefined,
    about: {},
    bypasses: [],
    note: {},
    asked,
  };
  const { token, from } = asked;
  try {
    const ahead = await action.ahead(
      {
        now,
        token,
        from,
        directory: house.directory,
        providers: house.providers ?? [],
        knownAs: knowing(trail),
        apart: (reason, run) => asOwner(house.database, reason, run),
      },
      asked.values,
    );
    const result = await asOwner(
      house.database,
      action.name,
      async (tx) => {
        trail.bypasses = [];
        trail.note = {};
        limitTime(tx, action.seconds ?? 20);
        const { call, values, scope } = await identify(house, action, asked, tx, now, trail);
        takeScope(tx, scope);
        const answered = await action.perform({ call, about: trail.about, ahead }, values);
        const quiet = action.step === true && trail.bypasses.length === 0;
        const audited = !quiet && (action.method !== "GET" || action.sensitive === true);
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
  role: string | undefined;
  note: Note;
  asked: Pick<Asked, "address" | "device">;
  token?: number | undefined;
  /** Token of a session of which it is to be noted that it is in use. */
  unseen?: string | undefined;
}

const knowing =
  (trail: Trail): Call["knownAs"] =>
  (account) =>
    void Object.assign(trail, { account, realm: account.realm, role: account.duty ?? undefined });

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
  const call: Stage["call"] = {
    tx,
    now,
    token: asked.token,
    from: asked.from,
    folder: asked.folder,
    upload: asked.upload,
    raw: asked.raw,
    note: (note) => void Object.assign(trail.note, note),
    knownAs: knowing(trail),
    asSystem,
  };
  let scope: Scope = { actor: null, realms: [], units: [], ledgers: [] };
  let { values } = asked;
  if (action.level === "anyone") return { call, values, scope };
  const session = asked.token === undefined ? undefined : await house.findSession(tx, asked.token, now);
  if (!session) throw new Problem("not_signed_in", 401, "您还没有登录，或登录已过期。请重新登录。");
  const { account, first } = session;
  trail.unseen = session.unseen && !action.unattended && !asked.unattended ? asked.token : undefined;
  call.account = trail.account = account;
  call.grant = session.grant;
  trail.realm = account.realm;
  trail.role = account.duty ?? undefined;
  trail.token = session.token?.id;
  if (session.token?.allows(action) === false)
    throw new Problem("not_for_token", 403, "这个接口令牌不能用于这项操作。请用获准的接口，或由账号本人登录办理。");
  call.first = first;
  if (first !== null && action.beforehand?.includes(first) !== true) throw new Problem(`${first}_first`, 403, beforehand[first]);
  scope = { actor: account.id, realms: [account.realm], units: [account.unit], ledgers: [] };
  if (action.level === "campaign") {
    const { campaign: key, ...rest } = values;
    values = rest;
    const campaign = await house.findCampaign(tx, String(key), account.realm);
    const asker = campaign && (await house.findAsker(tx, campaign, account, chinaDay(now), session.grant));
    if (!campaign || !asker) throw notFound("这项活动");
    trail.realm = campaign.realm;
    trail.role = asker.role.key;
    scope = asker.scope;
    const counting: CampaignCall["counting"] = async (run) => {
      const { units, former = [] } = scope;
      takeScope(tx, {
        ...scope,
        units: units === "whole" ? units : [...units, ...former.map(({ unit }) => unit)],
        former: undefined,
        ledgers: [...campaign.ledgers.keys()],
      });
      try {
        return await run(tx);
      } finally {
        takeScope(tx, scope);
      }
    };
    Object.assign(call, { campaign: campaignFor(campaign, asker), asker, counting });
  }
  return { call, values, scope };
}

const beforehand: Record<First, string> = {
  code: "还没有输入动态验证码。请先输入身份验证器上的6位数字，再办理其他事项。",
  enrol: "您的岗位登录时须用动态验证码。请先绑定身份验证器，再办理其他事项。",
  password: "请先设置自己的口令，再办理其他事项。",
};

function auditRow(
  action: Action,
  { account, role, realm, about, bypasses, note, asked, token }: Trail,
  result: string,
  at: Date,
): AuditRow {
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
    role: role ?? null,
    address: asked.address ?? null,
    device: asked.device ?? null,
    note: { ...said(about), ...note },
    token,
  };
}

const said = ({ reason, field }: Stage["about"]): Note => ({
  ...(reason === undefined ? {} : { reason: reason.slice(0, 1000) }),
  ...(field === undefined ? {} : { field }),
});
