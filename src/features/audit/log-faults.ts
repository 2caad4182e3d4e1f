/** What `verify` finds of the log, and how it says so. */
import type { LogRecord } from "#platform/log-record.ts";
import { isoOf, kindOf } from "./log-rows.model.ts";

/**
 * changed, removed, repeated: of a row that is in the log. inserted: a row that is not, and does not wait to be. unstamped:
 * a row that the program did not write, copied: by taking over the stamp of another. returned: lawfully taken out, and there again. leaf: its leaf in the database is not
 * the witness's. The others are of the log itself.
 */
export type RowFaultKind = "changed" | "removed" | "repeated" | "copied" | "inserted" | "unstamped" | "returned" | "leaf";
type LogFaultKind = "witness" | "key" | "head" | "batch" | "rolled-back" | "removal" | "posted";

export interface LogFault {
  what: RowFaultKind | LogFaultKind;
  /** The row, where it is about one. */
  row?: NamedRow;
  text: string;
}

export interface NamedRow {
  table: "entry_events" | "audit";
  realm: number;
  /** An entry's id, or the number of an audit row. */
  id: string;
  version: number;
  at: string;
  actor: number | null;
  action: string;
  /** Of the entry, if it is still there. */
  ledger?: string;
  /** Login of the actor. */
  login?: string;
}

const words: Record<RowFaultKind, string> = {
  changed: "封存后被改动",
  removed: "封存后被删除",
  repeated: "在库里重复出现",
  copied: "是另一行的复制品，不是由程序写入的",
  inserted: "不在封存日志里，是绕过程序插入的",
  unstamped: "没有程序的印记，不是由程序写入的",
  returned: "已依规移出，却又出现在库里",
  leaf: "在数据库的封存日志里被改动或调换了位置",
};

/** A row in the words of `verify`: 历史 or 审计, which one, what, when and whose. */
export function rowWords({ table, id, version, at, actor, action, ledger, login }: NamedRow): string {
  const which =
    table === "entry_events"
      ? `历史　${ledger === undefined ? "" : `《${ledger}》`}记录 ${id} 第${version}版`
      : `审计　第${id}号`;
  const who = actor === null ? "无账号" : `账号${login ?? actor}`;
  return `${which}（${action}，${at}，${who}）`;
}

export const rowFault = (what: RowFaultKind, row: NamedRow, more = ""): LogFault => ({
  what,
  row,
  text: `${words[what]}${more === "" ? "" : `：${more}`}`,
});

/** Which of what a record says a row says otherwise, for people. */
export function differences(sealed: LogRecord, found: LogRecord): string {
  const parts = [
    ...(sealed.at === found.at ? [] : ["时间"]),
    ...(sealed.actor === found.actor ? [] : ["账号"]),
    ...(sealed.action === found.action ? [] : ["动作"]),
  ];
  return parts.length > 0 ? `${parts.join("、")}与封存时不同` : "内容与封存时不同";
}

export interface LogReport {
  /** The last head, if there is a log. */
  size: number;
  root: string;
  at: string | null;
  /** Rows that are not sealed yet, and since when. */
  waiting: number;
  since: string | null;
  /** Rows taken out lawfully. */
  removed: number;
  /** Records that the witness has just taken from the database because signatures vouch for them. */
  missed: number;
  /** The first 1,000; `count` is all. */
  faults: LogFault[];
  count: number;
}

/** How many faults are told one by one. */
export const most = 1000;

export interface Check {
  report: LogReport;
  say: (fault: LogFault) => void;
  sayRow: (what: RowFaultKind, record: LogRecord, more?: string) => void;
}

export function newCheck(): Check {
  const report: LogReport = { size: 0, root: "", at: null, waiting: 0, since: null, removed: 0, missed: 0, faults: [], count: 0 };
  const say = (fault: LogFault): void => {
    report.count++;
    if (report.faults.length < most) report.faults.push(fault);
  };
  return { report, say, sayRow: (what, record, more) => say(rowFault(what, named(record), more)) };
}

const named = ({ kind, realm, id, version, at, actor, action }: LogRecord): NamedRow => ({
  table: kindOf(kind).table,
  realm,
  id,
  version,
  at: isoOf(at),
  actor,
  action,
});
