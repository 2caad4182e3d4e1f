/** The server: every feature's actions over one database. */
import type { FastifyInstance } from "fastify";
import { pino, type LevelWithSilent } from "pino";
import type { Action } from "#kernel/action.ts";
import type { House } from "#kernel/answer.ts";
import { Problem } from "#kernel/problem.ts";
import type { ConstraintProblems } from "#kernel/problem-answer.ts";
import { problemSchema, routesOf, teller } from "#kernel/routes.ts";
import { ping, type Database } from "#platform/db.ts";
import { openLive } from "#platform/live.ts";
import type { Certificates } from "#platform/certificates.ts";
import type { Directory } from "#platform/ldap.ts";
import type { OidcProvider } from "#platform/oidc.ts";
import { createHttp } from "#platform/http.ts";
import * as access from "#features/access/access.actions.ts";
import { findAsker } from "#features/access/asker.model.ts";
import * as accounts from "#features/access/accounts.actions.ts";
import * as activation from "#features/access/activation.actions.ts";
import * as grants from "#features/access/grants.actions.ts";
import { auditActions } from "#features/audit/audit.actions.ts";
import { findSession, noteSession } from "#features/access/sessions.model.ts";
import * as secondFactor from "#features/access/second-factor.actions.ts";
import * as sessions from "#features/access/sessions.actions.ts";
import * as tokens from "#features/access/tokens.actions.ts";
import * as sso from "#features/access/sso.actions.ts";
import * as signInRules from "#features/access/sign-in-rules.actions.ts";
import { writeAudit } from "#features/audit/audit.model.ts";
import * as campaigns from "#features/campaigns/campaigns.actions.ts";
import { findCampaign } from "#features/campaigns/campaigns.model.ts";
import * as packs from "#features/campaigns/packs.actions.ts";
import { registerEntry } from "#features/campaigns/register.model.ts";
import * as setup from "#features/campaigns/setup.actions.ts";
import * as structure from "#features/campaigns/structure.actions.ts";
import * as documents from "#features/documents/documents.actions.ts";
import * as writing from "#features/documents/drafts.actions.ts";
import { checkTemplate } from "#features/documents/template-check.ts";
import * as exchange from "#features/exchange/exchange.actions.ts";
import { auditExport } from "#features/exchange/audit-export.actions.ts";
import * as exporting from "#features/exchange/export.actions.ts";
import * as preview from "#features/exchange/preview.actions.ts";
import * as exchangeFigures from "#features/exchange/figures.actions.ts";
import { sample } from "#features/exchange/sample.actions.ts";
import * as figures from "#features/figures/figures.actions.ts";
import * as answers from "#features/ledgers/answers.actions.ts";
import { answering } from "#features/ledgers/corrections.actions.ts";
import * as due from "#features/ledgers/due.actions.ts";
import * as attach from "#features/ledgers/attach.actions.ts";
import * as attachments from "#features/ledgers/attachments.actions.ts";
import * as ledgers from "#features/ledgers/ledgers.actions.ts";
import * as own from "#features/ledgers/own.actions.ts";
import { changeManyAction } from "#features/ledgers/change-many.actions.ts";
import * as drafts from "#features/ledgers/drafts.actions.ts";
import * as views from "#features/ledgers/views.actions.ts";
import { waiting } from "#features/ledgers/waiting.actions.ts";
import * as writes from "#features/ledgers/writes.actions.ts";
import * as groups from "#features/people/groups.actions.ts";
import * as people from "#features/people/people.actions.ts";
import * as units from "#features/units/units.actions.ts";

const [record, change] = writes.recordingActions(registerEntry);
const [checkPack, loadPack] = packs.packActions(checkTemplate);
const audit = auditActions((): readonly Action[] => actions);

/** Everything that can be asked, in the order of the document. */
export const actions = [
  access.signIn,
  activation.activate,
  sso.list,
  sso.begin,
  sso.finish,
  access.signOut,
  access.me,
  access.work,
  access.ownPassword,
  sessions.list,
  sessions.end,
  sessions.endAll,
  secondFactor.give,
  secondFactor.state,
  secondFactor.begin,
  secondFactor.confirm,
  secondFactor.renew,
  secondFactor.drop,
  signInRules.read,
  signInRules.set,
  accounts.list,
  accounts.roles,
  accounts.create,
  activation.fromRoster,
  activation.renewCodes,
  accounts.change,
  accounts.reset,
  accounts.disable,
  accounts.enable,
  accounts.sessions,
  accounts.endSessions,
  grants.list,
  grants.give,
  grants.end,
  grants.handOver,
  grants.what,
  grants.who,
  audit.list,
  audit.get,
  auditExport(audit.deeds),
  secondFactor.reset,
  tokens.list,
  tokens.create,
  tokens.drop,
  tokens.listOf,
  tokens.createFor,
  tokens.dropOf,
  setup.state,
  setup.choices,
  setup.sentPack(checkTemplate),
  setup.begin,
  setup.progress,
  campaigns.list,
  campaigns.get,
  campaigns.definitions,
  campaigns.live,
  packs.describe,
  packs.list,
  checkPack,
  loadPack,
  packs.get,
  packs.compare,
  packs.restore,
  units.list,
  units.search,
  units.get,
  units.children,
  units.changes,
  structure.preview,
  structure.move,
  structure.merge,
  structure.split,
  structure.rename,
  structure.undo,
  people.list,
  people.get,
  people.transfer,
  people.second,
  people.undo,
  groups.list,
  groups.create,
  groups.add,
  groups.leave,
  groups.end,
  ledgers.list,
  ledgers.get,
  ledgers.reveal,
  due.due,
  own.recent,
  own.mine,
  waiting,
  answers.respond,
  answers.ask,
  answers.withdraw,
  answers.review,
  answers.looks,
  answering(registerEntry),
  record,
  change,
  changeManyAction(registerEntry),
  writes.move,
  writes.remove,
  writes.restore,
  attachments.list,
  attach.begin,
  attach.put,
  attach.finish,
  attach.discard,
  attachments.content,
  attachments.remove,
  attachments.restore,
  drafts.list,
  drafts.keep,
  drafts.drop,
  views.list,
  views.save,
  views.remove,
  figures.ask,
  figures.trend,
  figures.coverage,
  figures.records,
  exchange.load,
  exchange.mark,
  exchange.list,
  exchange.undo,
  exporting.download,
  preview.preview,
  exchangeFigures.table,
  writing.list,
  writing.create,
  writing.get,
  writing.changes,
  writing.write,
  writing.source,
  writing.finalise,
  writing.copy,
  writing.download,
  sample,
  documents.templates,
  documents.list,
  documents.get,
  documents.make,
  documents.fill,
  documents.verify,
  documents.check,
] satisfies Action[];

/** What the database refuses by a constraint, in words. */
const constraints: ConstraintProblems = {
  entries_identity: () =>
    new Problem(
      "duplicate_entry",
      409,
      "本单位这本台账里已有编号或内容相同的记录（也可能已被删除）。请核对编号；已删除的请恢复后修改。",
    ),
  relations_self: () => new Problem("unit_cycle", 422, "单位不能是自己的上级，请另选一个单位。"),
  relations_days: () => new Problem("bad_days", 422, "隶属关系的结束日期须晚于开始日期，请核对日期。"),
  posts_days: () => new Problem("bad_days", 422, "任职或借调的结束日期须晚于开始日期，请核对日期。"),
  people_code: () => new Problem("duplicate_person", 409, "这个人员编号已经用于另一人，请核对编号。"),
  grants_account_fk: () =>
    new Problem(
      "duty_and_role",
      422,
      "系统、安全保密和审计管理员的账号不能有岗位，有过岗位的账号也不能改作管理员。请另开一个账号。",
    ),
  accounts_one_duty: () => new Problem("one_duty", 422, "这个人已是系统、安全保密或审计管理员之一，三员不能互兼。请另选他人。"),
  accounts_login_unique: () => new Problem("login_taken", 409, "这个账号已经有了，请换一个。"),
  corrections_open: () => new Problem("already_asked", 409, "这一栏您已经申请更正，正在办理。请等候答复，或撤回以后再提。"),
  entries_unit_fk: () => new Problem("not_found", 404, "记录所属的单位不存在，请核对单位。"),
};

export interface ServerOptions {
  /** The present moment; tests set it. */
  clock?: () => Date;
  logLevel?: LevelWithSilent;
  /** Proxies whose word on where a request comes from is taken. */
  proxies?: readonly string[];
  /** Knows the passwords of accounts that have none here. */
  directory?: Directory | undefined;
  /** Vouch for people who come by way of them. */
  providers?: readonly OidcProvider[];
  /** Folder of the browser's part; without it there is the API only. */
  web?: string;
  /** With these it speaks https. */
  tls?: Certificates;
}

/** A server over a migrated database, ready to listen. Closing it leaves the database open. */
export function createServer(
  database: Database,
  { clock, logLevel = "info", web, tls, proxies, directory, providers }: ServerOptions = {},
): Promise<FastifyInstance> {
  const log = pino({ level: logLevel, base: null });
  const live = openLive(database);
  const house: House = {
    database,
    now: clock ?? (() => new Date()),
    findSession,
    noteSession,
    findCampaign,
    findAsker,
    audit: writeAudit,
    live,
    directory,
    providers,
  };
  return createHttp({
    title: "一本账",
    version: "0.1.0",
    description: "录一次，逐级汇总，每个数字都查得到记录。",
    routes: routesOf(actions, house),
    groups: {
      access: "登录",
      sso: "统一登录",
      accounts: "账号",
      grants: "授权",
      audit: "审计",
      tokens: "接口令牌",
      setup: "启用",
      campaigns: "活动",
      packs: "方案包",
      units: "单位",
      people: "人员",
      groups: "小组",
      ledgers: "台账",
      own: "我的记录",
      corrections: "更正申请",
      attachments: "附件",
      drafts: "草稿",
      views: "视图",
      figures: "数字",
      exchange: "导入导出",
      documents: "文稿",
      reports: "报告",
    },
    problem: problemSchema,
    tell: teller(constraints, log),
    web,
    tls,
    proxies,
    healthy: () => ping(database),
    log,
    closing: () => live.close(),
  });
}
