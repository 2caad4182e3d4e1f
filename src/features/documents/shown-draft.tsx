/** A draft as it would be printed now: its figures' values and its sources' lists in place. */
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { readDraft } from "./draft-doc.types.ts";
import { headingNumbers, type DraftBlock, type DraftInline } from "./draft.types.ts";
import { liveText, type Answers } from "./figure-answers.tsx";
import type { ShownBlock, ShownInline } from "./ShownBlocks.tsx";
import { sourceReading } from "./SourceBlock.tsx";
import type { Document, OpenDraft } from "./use-draft.tsx";

/** `changed` counts the changes of the text, which is changed in place. */
export function useShownDraft(campaign: string, document: Document, open: OpenDraft | undefined, changed: number) {
  const draft = useMemo(
    () => (open ? readDraft(open.doc, document.kind === "通知" ? "通知" : "报告") : undefined),
    // oxlint-disable-next-line react/exhaustive-deps
    [open, changed, document.kind],
  );
  const sources = (draft?.blocks ?? []).filter((block) => block.kind === "source");
  const listed = useQueries({ queries: sources.map((source) => sourceReading(campaign, document.document, source)) });
  const blocks = useMemo(
    () => (draft && open ? shownBlocks(draft.blocks, open.answers, (n) => listed[n]?.data?.blocks) : []),
    // oxlint-disable-next-line react/exhaustive-deps
    [draft, open, changed, listed.map(({ dataUpdatedAt }) => dataUpdatedAt).join()],
  );
  return { draft, blocks };
}

function shownBlocks(
  blocks: readonly DraftBlock[],
  answers: Answers,
  sourceBlocks: (n: number) => readonly ShownBlock[] | undefined,
): ShownBlock[] {
  const number = headingNumbers();
  let n = 0;
  const say = (inlines: readonly DraftInline[]): ShownInline[] =>
    inlines.map((one) =>
      one.kind === "figure"
        ? { kind: "figure", text: liveText(answers.find(one), one.form) }
        : { kind: "text", text: one.kind === "text" ? one.text : "" },
    );
  return blocks.flatMap((block): readonly ShownBlock[] => {
    if (block.kind === "paragraph") return [{ kind: "paragraph", inlines: say(block.inlines) }];
    if (block.kind === "source") return sourceBlocks(n++) ?? [{ kind: "paragraph", inlines: [{ kind: "text", text: "……" }] }];
    const words = block.inlines.map((one) => (one.kind === "text" ? one.text : "")).join("");
    const prefix = { kind: "text", text: number(block.level, words) };
    return [{ kind: "heading", level: block.level, inlines: [prefix, ...say(block.inlines)], text: say(block.text) }];
  });
}
