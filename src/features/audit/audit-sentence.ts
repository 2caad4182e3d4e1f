/** A row of the audit as a sentence that anyone understands: who did what to what, from where, and how it went. */
import type { AuditEntry } from "./audit.types.ts";

/** What is known of an action from its declaration. */
export interface Deed {
  name: string;
  method: string;
  summary: string;
  /** Answers with a file. */
  file: boolean;
}

export interface Known {
  deed: Deed | undefined;
  /** Names of whoever did it, of their unit and of their role. */
  who: string | undefined;
  home: string | undefined;
  role: string | undefined;
  /** Name of the unit that it is about. */
  unit: string | undefined;
}

const ofOne: Readonly<Record<string, string>> = {
  "ledgers.get": "查看了",
  "ledgers.record": "登记了",
  "ledgers.change": "修改了",
  "ledgers.move": "流转了",
  "ledgers.delete": "删除了",
  "ledgers.restore": "恢复了",
  "attachments.list": "查看了附件目录：",
  "attachments.get": "查看或下载了附件：",
  "attachments.remove": "移除了附件：",
  "attachments.restore": "恢复了附件：",
  "exchange.preview": "查看了附件中的表格：",
  "own.respond": "写了本人说明：",
  "own.ask": "申请更正",
  "own.withdraw": "撤回了更正申请：",
  "own.review": "申请复核",
  "corrections.answer": "答复了更正申请：",
};
/** Of one record, with the field that it is about. */
const ofField: Readonly<Record<string, string>> = { "ledgers.reveal": "看了完整内容" };
const ofMany: Readonly<Record<string, string>> = {
  "ledgers.list": "查看了",
  "ledgers.changeMany": "成批修改了",
  "exchange.export": "导出了",
  "figures.records": "查看了一个数字背后的",
};
const plain: Readonly<Record<string, string>> = { "access.signIn": "登录系统", "access.signOut": "退出登录" };

/** What was done, without who and whence. */
export function deedOf({ action, subject, details }: Pick<AuditEntry, "action" | "subject" | "details">, known: Known): string {
  const book = details.ledger === undefined ? "" : `《${details.ledger}》`;
  const one = ofOne[action];
  if (one !== undefined) return `${one}${book}一条记录${details.number === undefined ? "" : ` ${details.number}`}`;
  if (ofField[action] !== undefined)
    return `${ofField[action]}：${book}一条记录${details.number === undefined ? "" : ` ${details.number}`}的“${details.field ?? ""}”`;
  const many = ofMany[action];
  // Whoever acts in their own unit need not be told of it twice.
  const place = known.unit === undefined || known.unit === known.home ? "" : `（${known.unit}）`;
  if (many !== undefined) return `${many}${book}${details.rows === undefined ? "记录" : `${details.rows}条记录`}${place}`;
  if (plain[action] !== undefined) return plain[action];
  const { deed } = known;
  const what = deed === undefined ? action : (/^[^：，（]+/.exec(deed.summary)?.[0] ?? deed.summary);
  const verb = deed?.method === "GET" ? (deed.file ? "取得了" : "查看了") : "办理了";
  const about = details.number ?? (subject !== null && /^[\w .-]{1,20}$/.test(subject) ? subject : undefined);
  return `${verb}“${what}”${book}${about === undefined ? "" : ` ${about}`}${place}`;
}

const results: Readonly<Record<string, string>> = {
  ok: "成功",
  forbidden: "无权办理，已拒绝",
  not_found: "没有找到或无权查看，已拒绝",
  not_signed_in: "没有登录，已拒绝",
  wrong_credentials: "账号或口令不正确",
  own_password_first: "还没有设置自己的口令，已拒绝",
  invalid_input: "所填不合要求",
  version_conflict: "与他人同时修改，没有保存",
  reason_needed: "没有写明理由，已拒绝",
};
export const resultOf = (result: string): string => results[result] ?? `没有办成（${result}）`;

const clock = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "long",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

export function sentenceOf(row: AuditEntry, known: Known): string {
  const standing = [known.home, known.role].filter((one) => one !== undefined).join("");
  const who = known.who === undefined ? "没有登录的人" : `${known.who}${standing === "" ? "" : `（${standing}）`}`;
  const from = row.details.address === undefined ? "" : `，来自 ${row.details.address}`;
  return `${clock.format(new Date(row.at))} ${who}${deedOf(row, known)}${from}，${resultOf(row.result)}`;
}
