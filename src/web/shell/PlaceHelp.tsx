/** Help on the place one is in: how it works, and what the campaign's own definitions say of what is kept and counted there. */
import { useTranslation } from "react-i18next";
import { useDefinition, type Definition } from "../api/definition.ts";
import { Help, type HelpWords } from "../ui/Help.tsx";
import { words } from "./help.words.ts";
import type { AtCampaign } from "./use-account.ts";

type Ledger = Definition["ledgers"][number];

const aboutLedger = ({ name, description, purpose, retention, fields }: Ledger): HelpWords["definitions"][number] => ({
  name,
  text: [
    description,
    purpose === undefined ? undefined : `用途：${purpose}`,
    retention &&
      `保存${retention.years}年，期满${retention.then === "purge" ? "销毁" : "归档"}${retention.basis ? `（${retention.basis}）` : ""}`,
  ]
    .filter((said) => said !== undefined)
    .map((said) => said.replace(/[。；]$/, ""))
    .join("。")
    .concat("。")
    .replace(/^。$/, ""),
  parts: fields.flatMap((field) => (field.description === undefined ? [] : [{ name: field.name, text: field.description }])),
});

/** The ledger that is open before the others. */
function definitionsOf(definition: Definition, { here, ledger }: AtCampaign): HelpWords["definitions"] {
  const { ledgers, figures } = definition;
  if (here === "figures") return figures.map(({ name, words: counts, description }) => ({ name, text: description ?? counts }));
  const opened = ledgers.find(({ key }) => key === ledger) ?? ledgers[0];
  return (opened ? [opened, ...ledgers.filter((other) => other !== opened)] : ledgers).map(aboutLedger);
}

export function PlaceHelp({ at, close }: { at: AtCampaign; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { here } = at;
  const { data: definition } = useDefinition(at.key);
  return (
    <Help
      title={here ? t(`places.${here}`) : t("ui.help.title")}
      paragraphs={here ? words[i18n.language === "en" ? "en" : "zh"][here] : []}
      definitions={definition ? definitionsOf(definition, at) : []}
      close={close}
    />
  );
}
