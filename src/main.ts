/** The server: every feature's actions over one database. */
import type { FastifyInstance } from "fastify";
import { pino, type LevelWithSilent } from "pino";
import type { House } from "#kernel/action.ts";
import { problemSchema, routesOf, teller } from "#kernel/routes.ts";
import { asOwner, sql, type Database } from "#platform/db.ts";
import { createHttp } from "#platform/http.ts";
import * as access from "#features/access/access.actions.ts";
import { findAsker, findSession } from "#features/access/access.model.ts";
import * as campaigns from "#features/campaigns/campaigns.actions.ts";
import { findCampaign } from "#features/campaigns/campaigns.model.ts";

/** Everything that can be asked, in the order of the document. */
export const actions = [access.signIn, access.signOut, access.me, campaigns.list, campaigns.get];

export interface ServerOptions {
  /** The present moment; tests set it. */
  clock?: () => Date;
  logLevel?: LevelWithSilent;
}

/** A server over a migrated database, ready to listen. Closing it leaves the database open. */
export function createServer(database: Database, { clock, logLevel = "info" }: ServerOptions = {}): Promise<FastifyInstance> {
  const log = pino({ level: logLevel, base: null });
  const house: House = { database, now: clock ?? (() => new Date()), findSession, findCampaign, findAsker };
  return createHttp({
    title: "一本账",
    version: "0.1.0",
    description: "录一次，逐级汇总，每个数字都查得到记录。",
    routes: routesOf(actions, house),
    problem: problemSchema,
    tell: teller({}, log),
    healthy: async () => void (await asOwner(database, "healthz", (tx) => tx.query(sql`select 1`))),
    log,
  });
}
