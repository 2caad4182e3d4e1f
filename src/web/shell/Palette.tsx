/** ⌘K: type a few letters of anything, Enter goes there or does it. The focus stays in the input; arrows move the choice. */
// A list that an input drives has no element of its own in HTML.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Modal } from "antd";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { choose, groups, type Command } from "./commands.ts";
import { Icon } from "./icons.tsx";
import "./palette.css";
import type { AtCampaign } from "./use-account.ts";
import { useCommands } from "./use-commands.ts";

export function Palette({ at, close }: { at: AtCampaign; close: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const commands = useCommands(at, text);
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = choose(commands, text);
  const current = Math.min(chosen, found.length - 1);
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });
  const run = (command: Command | undefined): void => {
    if (!command) return;
    // What it opens, it opens in the palette's place.
    close();
    command.run();
  };
  const press = (event: KeyboardEvent): void => {
    // While Chinese is being typed, these keys belong to the input method.
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setChosen((current + step + found.length) % found.length);
    else if (event.key === "Enter") run(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      open
      footer={null}
      closable={false}
      onCancel={close}
      width={560}
      style={{ top: "12vh" }}
      title={<span className="unseen">{t("shell.palette.title")}</span>}
      className="palette"
    >
      <div className="palette-input">
        <Icon sign="search" />
        <input
          // The palette is opened to type in.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={found[current] ? `${id}-${current}` : undefined}
          aria-autocomplete="list"
          aria-label={t("shell.palette.title")}
          placeholder={t("shell.palette.placeholder")}
          value={text}
          onKeyDown={press}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
        />
      </div>
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label={t("shell.palette.title")} ref={list}>
        {groups.map((group) => {
          const members = found.flatMap((command, index) => (command.group === group ? [{ command, index }] : []));
          if (members.length === 0) return undefined;
          return (
            <div key={group} role="group" aria-label={t(`shell.palette.groups.${group}`)}>
              <div className="palette-group" aria-hidden>
                {t(`shell.palette.groups.${group}`)}
              </div>
              {members.map(({ command, index }) => (
                // Keys are the input's.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                <div
                  key={command.id}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={index === current}
                  className="palette-item"
                  onMouseMove={() => setChosen(index)}
                  onClick={() => run(command)}
                >
                  {command.name}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      <output className="palette-foot">
        {found.length === 0 ? t("shell.palette.none", { text }) : <span className="keys-item">{t("shell.palette.hint")}</span>}
      </output>
    </Modal>
  );
}
