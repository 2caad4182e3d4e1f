/** How a request for correction stands: a shape and a word, and until when it is to be answered. */
import { useTranslation } from "react-i18next";
import type { CorrectionState } from "./corrections.types.ts";

interface Given {
  state: CorrectionState;
  due: string;
  late: boolean;
}

const shapes: Record<CorrectionState, string> = {
  asked: "○",
  review: "○",
  accepted: "✓",
  corrected: "✓",
  declined: "◆",
  upheld: "◆",
  withdrawn: "—",
};

export function CorrectionMark({ state, due, late }: Given) {
  const { t } = useTranslation();
  const open = state === "asked" || state === "review";
  return (
    <span className={`state correction ${late ? "late" : state}`}>
      <span aria-hidden>{late ? "■" : shapes[state]}</span> {t(`answers.states.${state}`)}
      {open && <span className="number">，{t(late ? "answers.late" : "answers.due", { day: due })}</span>}
    </span>
  );
}
