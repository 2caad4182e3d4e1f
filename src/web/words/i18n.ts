/** Words by key, in the language that the browser keeps; a key that does not exist does not compile. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import zh from "virtual:words/zh";
import type { words } from "./words.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof words.zh };
  }
}

const kept = "yibenzhang.language";
const languages = ["zh", "en"] as const;
export type Language = (typeof languages)[number];

const first = languages.find((language) => language === localStorage.getItem(kept)) ?? "zh";
const tell = (language: Language): void => {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
};
tell(first);
await i18next.use(initReactI18next).init({
  lng: first,
  fallbackLng: "zh",
  resources: { zh: { translation: zh }, ...(first === "en" ? { en: { translation: await english() } } : {}) },
  interpolation: { escapeValue: false },
});

/** Few read it: it comes when it is asked for. */
async function english(): Promise<typeof words.en> {
  return (await import("virtual:words/en")).default;
}

export function speak(language: Language): void {
  void spoken(language).then(() => {
    localStorage.setItem(kept, language);
    tell(language);
    return i18next.changeLanguage(language);
  });
}

async function spoken(language: Language): Promise<void> {
  if (language === "en" && !i18next.hasResourceBundle(language, "translation"))
    i18next.addResourceBundle(language, "translation", await english());
}
