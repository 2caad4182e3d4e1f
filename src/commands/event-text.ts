/** One change of an entry as a line that people read. */
import { chinaMinute } from "#kernel/fields.ts";

const actions: Record<string, string> = {
  record: "登记",
  edit: "修改",
  import: "导入",
  move: "流转",
  delete: "删除",
  restore: "恢复",
  attach: "添加附件",
  detach: "移除附件",
};

const shown = (value: unknown): string => {
  if (value === null) return "（空）";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** Its time in China, what was done, why, and to what the fields were changed; a first version changes nothing. */
export function eventText(event: {
  version: number;
  action: string;
  at: string;
  reason: string | null;
  changes: Record<string, unknown>;
}): string {
  const reason = event.reason ? `，理由：${event.reason}` : "";
  const changed = Object.entries(event.changes).map(([name, value]) => `${name}→${shown(value)}`);
  const changes = event.version > 1 && changed.length > 0 ? `：${changed.join("，")}` : "";
  return `${chinaMinute(new Date(event.at))} ${actions[event.action] ?? event.action}${reason}${changes}`;
}
