/** A panel that unfolds at its button: the places that found no room, how this device shows things, and leaving. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "../api/queries.ts";
import { shown, showAs } from "../ui/look.ts";
import { looks } from "../ui/looks.ts";
import { speak, type Language } from "../words/i18n.ts";
import { Icon } from "./icons.tsx";
import { closeOverlay, overlay } from "./overlay.ts";
import { useSignOut, type AtCampaign } from "./use-account.ts";

interface Given {
  at: AtCampaign;
  name: "account" | "more";
  more: ReactNode[];
}

export function AccountPanel({ at, name, more }: Given) {
  const { t } = useTranslation();
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const me = useQuery(reading("access.me", {})).data;
  const open = overlay.use() === name;
  useEffect(() => {
    if (!open) return;
    const elsewhere = ({ target }: Event): void => {
      if (!place.current?.contains(target as Node)) closeOverlay();
    };
    const leave = ({ key }: KeyboardEvent): void => {
      if (key !== "Escape") return;
      closeOverlay();
      button.current?.focus();
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("keydown", leave);
    };
  }, [open]);
  const role = at.definition?.roleName;
  return (
    <div className={`unfolds ${name}`} ref={place}>
      <button
        type="button"
        ref={button}
        aria-expanded={open}
        aria-controls={id}
        aria-label={name === "account" ? t("shell.account") : undefined}
        title={me?.name}
        onClick={() => overlay.set(open ? undefined : name)}
      >
        <Icon sign={name === "account" ? "person" : "more"} />
        <span>{name === "account" ? me?.name : t("shell.more")}</span>
      </button>
      {open && (
        <div className="panel" id={id}>
          {more.length > 0 && (
            // A link followed closes what it stood in.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
            <div className="panel-places" onClick={closeOverlay}>
              {more}
            </div>
          )}
          <div className="panel-who">
            <strong>{me?.name}</strong>
            <span className="quiet">{role}</span>
          </div>
          <Settings />
        </div>
      )}
    </div>
  );
}

function Settings() {
  const { t, i18n } = useTranslation();
  const { look, large } = shown.use();
  const signOut = useSignOut();
  return (
    <>
      <Choice
        name={t("shell.look")}
        value={look}
        options={looks.map((one) => [one, t(`shell.looks.${one}`)] as const)}
        choose={(one) => showAs({ look: one })}
      />
      <Choice
        name={t("shell.text")}
        value={large ? "large" : "normal"}
        options={(["normal", "large"] as const).map((one) => [one, t(`shell.texts.${one}`)] as const)}
        choose={(one) => showAs({ large: one === "large" })}
      />
      <Choice<Language>
        name={t("shell.language")}
        value={i18n.language === "en" ? "en" : "zh"}
        options={[
          ["zh", "中文"],
          ["en", "English"],
        ]}
        choose={speak}
      />
      <button type="button" className="panel-item" onClick={() => overlay.set("help")}>
        {t("ui.help.open")}
      </button>
      <button type="button" className="panel-item keys-item" onClick={() => overlay.set("keys")}>
        {t("shell.keys.title")}
      </button>
      <Link to="/password" className="panel-item" onClick={closeOverlay}>
        {t("accounts.own")}
      </Link>
      <Link from="/c/$campaign" to="security" className="panel-item" onClick={closeOverlay}>
        {t("signing.security")}
      </Link>
      <button
        type="button"
        className="panel-item"
        onClick={() => {
          closeOverlay();
          signOut();
        }}
      >
        {t("shell.signOut")}
      </button>
    </>
  );
}

interface Choosing<T extends string> {
  name: string;
  value: T;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}

function Choice<T extends string>({ name, value, options, choose }: Choosing<T>) {
  const group = useId();
  return (
    <fieldset className="choice">
      <legend>{name}</legend>
      {options.map(([one, word]) => (
        <label key={one}>
          <input type="radio" name={group} checked={one === value} onChange={() => choose(one)} />
          <span>{word}</span>
        </label>
      ))}
    </fieldset>
  );
}
