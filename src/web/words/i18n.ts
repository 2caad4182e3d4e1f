/** Words by key, in the language that the browser keeps; a key that does not exist does not compile. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { words as figures } from "#features/figures/figures.words.ts";
import { words as importing } from "#features/exchange/import.words.ts";
import { words as attachments } from "#features/ledgers/attachments.words.ts";
import { words as ledgers } from "#features/ledgers/ledgers.words.ts";
import { words as house } from "./house.words.ts";

/** The house's own words, and those of each place under its name. */
const zh = { ...house.zh, figures: figures.zh, import: importing.zh, ledgers: ledgers.zh, attachments: attachments.zh };
const en: typeof zh = {
  ...house.en,
  figures: figures.en,
  import: importing.en,
  ledgers: ledgers.en,
  attachments: attachments.en,
};

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof zh };
  }
}

const kept = "yibenzhang.language";
export type Language = "zh" | "en";

await i18next.use(initReactI18next).init({
  lng: localStorage.getItem(kept) ?? "zh",
  fallbackLng: "zh",
  resources: { zh: { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
});

export function speak(language: Language): void {
  localStorage.setItem(kept, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  void i18next.changeLanguage(language);
}
