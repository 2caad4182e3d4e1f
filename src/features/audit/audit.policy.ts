/** Who reads the audit. Nobody changes it: there is no action for that. */
import type { Asker, Verdict } from "#kernel/access.ts";
import { auditReaders } from "./audit.types.ts";

/** The auditor reads all of it; what auditors do themselves the security administrator reads too. */
export const auditOf = ({ role }: Asker): "all" | "auditors" | undefined => auditReaders[role.key];

export const mayAudit = (asker: Asker): Verdict =>
  auditOf(asker) !== undefined || "审计记录只有审计员可以查看（审计员自己的操作由安全管理员查看）。需要核查的，请联系审计员。";
