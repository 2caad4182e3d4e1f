/** A figure's text: the number large, its counting word small; marked for a moment when a new value comes for the same question. */
import { useState } from "react";
import { splitText } from "./numbers.types.ts";

export function FigureText({ text, question }: { text: string; question: string }) {
  const [first, setFirst] = useState({ question, text });
  if (first.question !== question) setFirst({ question, text });
  const parts = splitText(text);
  // A new key begins the mark anew.
  const changed = first.question === question && first.text !== text;
  return (
    <span key={text} className={changed ? "figure-text changed" : "figure-text"}>
      {parts ? <b className={parts.number.length > 8 ? "number long" : "number"}>{parts.number}</b> : <span>{text}</span>}
      {parts && parts.unit !== "" && <small className={parts.unit.length > 7 ? "long" : undefined}>{parts.unit}</small>}
    </span>
  );
}
