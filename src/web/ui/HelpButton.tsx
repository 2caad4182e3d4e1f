/** A question mark beside a page's title; where help comes from, whoever stands around the page says. */
import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

const Opening = createContext<(() => void) | undefined>(undefined);
export const HelpOf = Opening.Provider;

export function HelpButton({ open }: { open?: (() => void) | undefined }) {
  const { t } = useTranslation();
  const given = useContext(Opening);
  const show = open ?? given;
  if (!show) return undefined;
  return (
    <button
      type="button"
      className="help-button no-print"
      aria-label={t("ui.help.open")}
      title={t("ui.help.open")}
      onClick={show}
    >
      ?
    </button>
  );
}
