/** Changing many entries of a ledger at once: what a grid does when cells are filled, cleared, pasted or taken back. */
import { z } from "zod";
import { mayUse } from "#kernel/access.ts";
import { campaignAction } from "#kernel/action.ts";
import { flag } from "#kernel/input.ts";
import { Problem } from "#kernel/problem.ts";
import { attempt, rehearse } from "./attempt.model.ts";
import { changing, isDeleted, type Register } from "./change-one.ts";
import { answerEntries, entryOut, namesOut, readableEntry, valuesIn } from "./entries.ts";
import type { Entry } from "./ledgers.types.ts";
import { readableLedger } from "./ledgers.model.ts";

const version = z.int().min(1);

const refusedOut = z.object({
  entry: z.string(),
  code: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ field: z.string().optional(), reason: z.string(), suggestion: z.string().nullable() })),
  version: z.int().optional().meta({ description: "他人先改了的：现在的版本" }),
  theirs: entryOut.shape.values.optional().meta({ description: "他人先改了的：改成了什么" }),
});

export const changeManyAction = (register: Register) =>
  campaignAction({
    name: "ledgers.changeMany",
    method: "POST",
    path: "/api/campaigns/:campaign/ledgers/:ledger/changes",
    summary: "一次修改多条记录",
    description: "缺省一起成败；goodRows 先改合格的；dryRun 只看结果。每条的 values 只写要改的栏目。",
    input: z.object({
      ledger: z.string(),
      changes: z
        .array(z.object({ entry: z.uuid(), version, values: valuesIn }))
        .min(1)
        .max(500),
      reason: z.string().trim().max(1000).optional(),
      goodRows: flag.default(false),
      dryRun: flag.default(false),
    }),
    output: z.object({
      committed: z.boolean(),
      entries: z.array(entryOut).meta({ description: "改了的，改后的样子" }),
      names: namesOut,
      refused: z.array(refusedOut),
    }),
    seconds: 60,
    async subject(call, { ledger: key, changes }) {
      const ledger = readableLedger(call, key);
      const entries = new Map<string, Entry>();
      // In one order, so that two who change the same ones wait for each other instead of both being held.
      for (const id of changes.map(({ entry }) => entry).toSorted()) {
        const found = await readableEntry(call, id, true);
        if (found.ledger !== ledger) throw new Problem("wrong_ledger", 422, `所改的记录有的不在《${ledger.name}》里，请核对。`);
        entries.set(id, found.entry);
      }
      return { ledger, entries };
    },
    allow: (asker, { ledger }) => mayUse(asker, ledger, "edit"),
    async run(call, { ledger, entries }, { changes, reason, goodRows, dryRun }) {
      if (entries.size < changes.length) throw new Problem("twice", 422, "同一条记录一次只能改一处，请合并后重新提交。");
      if (new Set([...entries.values()].map(({ realm }) => realm)).size > 1)
        throw new Problem("several_realms", 422, "所改的记录分属几个地区，请分开修改。");
      const change = changing(register);
      return rehearse(call.tx, async () => {
        const done: Entry[] = [];
        const refused: z.input<typeof refusedOut>[] = [];
        for (const { entry: id, version: base, values } of changes) {
          const result = await attempt(call.tx, () => {
            const entry = entries.get(id) as Entry;
            if (entry.deleted) throw new Problem("deleted", 403, isDeleted);
            return change(call, { entry, ledger }, { version: base, values, reason });
          });
          if ("done" in result) done.push(result.done);
          else refused.push(refusalOf(id, result.refused));
        }
        const committed = !dryRun && done.length > 0 && (goodRows || refused.length === 0);
        const answered = await answerEntries(call, ledger, done);
        return { keep: committed, result: { committed, ...answered, refused } };
      });
    },
    about: ({ ledger }, found) => ({ id: ledger, realm: found?.entries.values().next().value?.realm }),
  });

function refusalOf(entry: string, { code, message, details }: Problem): z.input<typeof refusedOut> {
  const { faults = [], version: now, theirs } = details as Partial<z.input<typeof refusedOut>>;
  return {
    entry,
    code,
    detail: message,
    faults,
    ...(code === "version_conflict" ? { version: now, theirs } : {}),
  };
}
