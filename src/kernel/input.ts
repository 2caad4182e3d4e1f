/** From what a request brought to an action's input, or a problem that names each place. */
import { z } from "zod";
import { Problem } from "./problem.ts";

z.config(z.locales.zhCN());

export function readInput<I extends z.ZodObject>(schema: I, values: Record<string, unknown>): z.output<I> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.flatMap((issue) => {
    const place = issue.path.join(".");
    return issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ place: [...issue.path, key].join("."), reason: "没有这一项" }))
      : [{ place, reason: issue.message }];
  });
  throw new Problem(
    "invalid_input",
    400,
    `请求中有${places.length}处不对：${places.map(({ place, reason }) => (place === "" ? reason : `${place} ${reason}`)).join("；")}。请改正后重试。`,
    { places },
  );
}

/** Inputs that many actions share. Those of a path or query arrive as text. */
export const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
export const day = z.iso.date().meta({ description: "日期，如 2023-05-14" });
export const moment = z.iso.datetime({ offset: true }).meta({ description: "时刻，如 2023-05-14T18:00:00+08:00" });
export const flag = z.stringbool().or(z.boolean());
export const pageInput = {
  limit: z.coerce.number().int().min(1).max(500).default(100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
};
export const done = z.object({ ok: z.literal(true) });
