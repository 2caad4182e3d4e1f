/** A figure's name in full; brackets at its end go to a line of their own rather than break. */
import { splitName } from "./numbers.types.ts";

export function FigureName({ name }: { name: string }) {
  const [first, brackets] = splitName(name);
  return (
    <>
      {first}
      {brackets !== "" && <span className="figure-brackets">{brackets}</span>}
    </>
  );
}
