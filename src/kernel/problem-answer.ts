/** Whatever went wrong, as a problem that may be shown (RFC 9457), or as a bug with a reference number. */
import { randomBytes } from "node:crypto";
import { constraintOf } from "#platform/db.ts";
import { HttpRefused } from "#platform/http-refused.ts";
import { notFound, Problem } from "./problem.ts";

/** Problems that a database constraint stands for, by its name. */
export type ConstraintProblems = Readonly<Record<string, () => Problem>>;

/** The body of `application/problem+json`. `code` is stable; `detail` is Chinese. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  details: Record<string, unknown>;
}

const titles: Record<number, string> = {
  400: "请求有误",
  401: "未登录",
  403: "不能办理",
  404: "没有找到",
  405: "不能这样访问",
  408: "请求超时",
  409: "内容冲突",
  413: "内容过大",
  415: "格式不支持",
  422: "内容不合要求",
  429: "请求过于频繁",
  500: "程序内部错误",
  503: "暂时不可用",
  507: "磁盘空间不足",
};

export const bodyOf = (problem: Problem): ProblemBody => ({
  type: `urn:yibenzhang:problem:${problem.code}`,
  title: titles[problem.status] ?? "不能办理",
  status: problem.status,
  detail: problem.message,
  code: problem.code,
  details: problem.details,
});

/** PostgreSQL's states (appendix A of its manual) and the system's that are nobody's bug. */
function systemProblem(code: string): Problem | undefined {
  if (code === "53100" || code === "ENOSPC")
    return new Problem("disk_full", 507, "服务器磁盘空间不足，没有保存，已有数据未受影响。请联系管理员清理磁盘后重试。");
  if (code === "57014") return new Problem("timeout", 503, "这次查询用时过长，已经停止。请缩小单位或日期范围后重试。");
  if (code === "55P03" || code === "53300") return new Problem("busy", 503, "服务器正忙，请稍后重试。");
  if (code === "40001" || code === "40P01") return new Problem("busy", 503, "与他人同时修改，这次没有保存，请重试。");
  if (code === "42501") return notFound("这个单位或这条记录");
  if (code === "22P02" || code === "22007" || code === "22008" || code === "22021" || code === "22P05")
    return new Problem("invalid_input", 400, "请求中有不合格式的编号、日期或文字，请核对后重试。");
  if (/^(08...|57P0.|25006|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/.test(code))
    return new Problem("database_unavailable", 503, "数据库暂时连接不上，没有保存。请稍后重试；持续出现请联系管理员。");
  return undefined;
}

const refusedBy: Record<HttpRefused["kind"], [code: string, message: string]> = {
  too_large: ["too_large", "提交的内容过大。请分批提交，或压缩后重试。"],
  bad_body: ["bad_body", "提交的内容不是合格的 JSON，或格式不受支持。"],
  no_route: ["not_found", "没有这个地址。请核对网址。"],
  cross_site: ["cross_site", "请求来自其他网站，已经拒绝。请从本系统的页面操作。"],
  no_file: ["no_file", "没有收到文件。请选择一个文件后重新提交。"],
  bad_request: ["bad_request", "请求不合格式，请核对后重试。"],
};

export interface Told {
  body: ProblemBody;
  /** Set for a bug: what to log, without values of records. */
  bug?: Record<string, unknown>;
}

/** What to tell of an error, and what of it to log. */
export function tell(error: unknown, constraints: ConstraintProblems): Told {
  if (error instanceof Problem) return { body: bodyOf(error) };
  if (error instanceof HttpRefused) {
    const [code, message] = refusedBy[error.kind];
    return { body: bodyOf(new Problem(code, error.status, message)) };
  }
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  const constraint = constraintOf(error);
  const known = constraints[constraint ?? ""]?.() ?? (typeof code === "string" ? systemProblem(code) : undefined);
  if (known) return { body: bodyOf(known) };
  if (message === "timeout exceeded when trying to connect")
    return { body: bodyOf(new Problem("busy", 503, "服务器正忙，请稍后重试。")) };
  const reference = randomBytes(4).toString("hex").toUpperCase();
  return {
    body: bodyOf(
      new Problem("internal", 500, `程序内部错误，没有保存。请把编号 ${reference} 报给维护人员，以便查找原因。`, { reference }),
    ),
    // The detail and position of a database error may hold values of records, so they stay out of the log.
    bug: { reference, message, stack, code, constraint },
  };
}
