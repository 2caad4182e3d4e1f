/**
 * One error class for everything that can go wrong by rule. The code is stable; the message is what a
 * Chinese office reads: what is wrong, where, and what to do. Anything else thrown is a bug.
 */
export class Problem extends Error {
  readonly code: string;
  /** HTTP status, RFC 9457 `status`. */
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: string, status: number, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Absent and forbidden give the same answer, so that nobody learns what exists. */
export const notFound = (what: string): Problem =>
  new Problem("not_found", 404, `没有找到${what}，或者您无权查看。请核对编号，或向办公室申请权限。`);
