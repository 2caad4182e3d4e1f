/** The list of units that cells offer: those found by what is being typed into one of them. */
import { useEffect, useState } from "react";
import { useUnitsFound } from "#web/ui/use-units.ts";

/** The list's id, by which an input in a cell takes it. */
export const offeredUnits = "offered-units";

export function OfferedUnits({ campaign }: { campaign: string }) {
  const [text, setText] = useState("");
  const { units } = useUnitsFound(campaign, text);
  useEffect(() => {
    const typed = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement && target.getAttribute("list") === offeredUnits) setText(target.value);
    };
    document.addEventListener("input", typed);
    return () => document.removeEventListener("input", typed);
  }, []);
  return (
    <datalist id={offeredUnits}>
      {units.map(({ id, name }) => (
        <option key={id}>{name}</option>
      ))}
    </datalist>
  );
}
