/** Actions as routes of the web server. */
import { z } from "zod";
import type { Logger } from "pino";
import type { HttpRoute } from "#platform/http.ts";
import type { Action, EventAnswer, FileAnswer } from "./action.ts";
import { answer, type House } from "./answer.ts";
import { tell, type ConstraintProblems, type ProblemBody } from "./problem-answer.ts";

/** RFC 9457. */
export const problemSchema = z.object({
  type: z.string().meta({ description: "urn:yibenzhang:problem:代码" }),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: "什么不对，在哪里，怎么办" }),
  code: z.string().meta({ description: "稳定的代码，供程序判断" }),
  details: z.record(z.string(), z.unknown()),
});

export function routesOf(actions: readonly Action[], house: House): HttpRoute[] {
  return actions.map((action) => {
    const inPath = new Set([...action.path.matchAll(/:(\w+)/g)].map((match) => match[1] as string));
    const shape = Object.entries({ ...(inPath.has("campaign") ? campaign : {}), ...action.input.shape });
    const pick = (wanted: boolean): z.ZodObject | undefined => {
      const fields = shape.filter(([name]) => inPath.has(name) === wanted);
      return fields.length === 0 ? undefined : z.object(Object.fromEntries(fields));
    };
    const inQuery = action.method === "GET" || action.method === "DELETE" || action.raw === true;
    return {
      name: action.name,
      method: action.method,
      path: action.path,
      summary: action.summary,
      description: action.description ?? "",
      params: pick(true),
      query: inQuery ? pick(false) : undefined,
      body: inQuery ? undefined : pick(false),
      output: "events" in action.output ? ["text/event-stream"] : "file" in action.output ? action.output.file : action.output,
      upload: action.upload === true,
      raw: action.raw === true,
      signedIn: action.level !== "anyone",
      session: action.session,
      handle: async (asked) => {
        const found = await answer(house, action, asked);
        if ("events" in action.output) return { events: (changed) => house.live.watch((found as EventAnswer).concerns, changed) };
        return "file" in action.output ? { file: found as FileAnswer } : { json: found };
      },
    };
  });
}

const campaign = { campaign: z.string().meta({ description: "活动编号" }) };

/** What to answer for an error; a bug is logged whole under its reference number. */
export function teller(constraints: ConstraintProblems, log: Logger): (error: unknown, name: string) => ProblemBody {
  return (error, name) => {
    const { body, bug } = tell(error, constraints);
    if (bug) log.error({ action: name, ...bug }, "internal error");
    return body;
  };
}
