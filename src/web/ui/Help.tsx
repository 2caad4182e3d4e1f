/** What a page is for and how it works, and what its words and numbers mean, as their own definitions say it. */
import { Drawer, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSmall } from "./small.ts";

export interface HelpWords {
  title: string;
  paragraphs: readonly string[];
  /** A word, what it means, and more under it: the fields of a ledger. */
  definitions: readonly { name: string; text?: string | undefined; parts?: readonly { name: string; text: string }[] }[];
}

/** Beyond so many one looks for a word rather than reads. */
const many = 12;

export function Help({ title, paragraphs, definitions, close }: HelpWords & { close: () => void }) {
  const { t } = useTranslation();
  const small = useSmall();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = definitions.filter(({ name, text: words = "", parts = [] }) =>
    [name, words, ...parts.map((part) => part.name)].some((said) => said.toLowerCase().includes(wanted)),
  );
  return (
    <Drawer open onClose={close} size={small ? "100%" : 460} title={title}>
      {paragraphs.map((words) => (
        <p key={words} className="help-words">
          {words}
        </p>
      ))}
      {definitions.length > 0 && <h3 className="help-head">{t("ui.help.definitions")}</h3>}
      {definitions.length > many && (
        <Input
          allowClear
          value={text}
          placeholder={t("ui.help.find")}
          aria-label={t("ui.help.find")}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {found.length === 0 && wanted !== "" && <p className="quiet">{t("ui.help.none", { text })}</p>}
      <dl className="help-list">
        {found.map(({ name, text: words, parts = [] }) => (
          <div key={name}>
            <dt>{name}</dt>
            {words && <dd>{words}</dd>}
            {parts.map((part) => (
              <dd key={part.name} className="help-part">
                <b>{part.name}</b>　{part.text}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </Drawer>
  );
}
