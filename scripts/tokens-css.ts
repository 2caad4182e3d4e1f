/**
 * The house's tokens as CSS variables by look, size of text and window, so that a page has its colours before antd is there.
 * They are those that antd makes of the same theme (`--ant-…`), as far as our own styles use them, and the brand's.
 */
import { globSync, readFileSync } from "node:fs";
import { createCache, extractStyle, StyleProvider } from "@ant-design/cssinjs";
import { Button, ConfigProvider } from "antd";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { looks } from "../src/web/ui/looks.ts";
import { themeFor, variablesFor, type Appearance } from "../src/web/ui/theme.ts";

type Variables = Map<string, string>;

function variablesOf(appearance: Appearance): Variables {
  const cache = createCache();
  const page = createElement(ConfigProvider, { theme: themeFor(appearance) }, createElement(Button));
  renderToString(createElement(StyleProvider, { cache }, page));
  const css = extractStyle(cache, { types: ["token"], plain: true });
  const pairs = [...css.matchAll(/(--ant-[\w-]+):([^;}]+)/g)].map(([, name, value]): [string, string] => [
    name as string,
    value as string,
  ]);
  return new Map([...pairs, ...Object.entries(variablesFor(appearance.look))]);
}

/** The variables that our styles and pages name. */
function namesUsed(): Set<string> {
  const files = globSync("src/{web,features}/**/*.{css,tsx,ts}");
  return new Set(files.flatMap((file) => readFileSync(file, "utf8").match(/--(?:ant|house)-[a-z0-9-]+/g) ?? []));
}

/** What of `all` is used and not already so in `before`. */
const differing = (all: Variables, before: Variables, used: ReadonlySet<string>): Variables =>
  new Map([...all].filter(([name, value]) => used.has(name) && before.get(name) !== value));

const block = (selector: string, variables: Variables): string =>
  variables.size === 0 ? "" : `${selector}{${[...variables].map(([name, value]) => `${name}:${value}`).join(";")}}\n`;

export function tokensCss(): string {
  const used = namesUsed();
  const plain = variablesOf({ look: "light", large: false, small: false });
  let css = block("html", differing(plain, new Map(), used));
  for (const look of looks) {
    const atDesk = variablesOf({ look, large: false, small: false });
    css += block(`html[data-look="${look}"]`, differing(atDesk, plain, used));
    const large = variablesOf({ look, large: true, small: false });
    css += block(`html[data-look="${look}"][data-text="large"]`, differing(large, atDesk, used));
    for (const text of ["normal", "large"]) {
      const onPhone = variablesOf({ look, large: text === "large", small: true });
      const selector = `html[data-look="${look}"][data-text="${text}"]`;
      css += `@media (max-width:719px){${block(selector, differing(onPhone, text === "large" ? large : atDesk, used))}}\n`;
    }
  }
  return css;
}
