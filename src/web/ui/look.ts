/** How this device shows things: light, dark or for a wall, and in large text or not. Kept in the browser. */
import { createStore } from "./store.ts";
import { looks, variablesFor, type Look } from "./theme.ts";

interface Chosen {
  look: Look;
  large: boolean;
}

const names = { look: "yibenzhang.look", large: "yibenzhang.large" };
const kept = localStorage.getItem(names.look);
export const shown = createStore<Chosen>({
  look: looks.find((look) => look === kept) ?? "light",
  large: localStorage.getItem(names.large) === "yes",
});

/** antd's variables belong to the class `house`; the page itself has it too, so that what antd did not draw can use them. */
function dress({ look }: Chosen): void {
  const page = document.documentElement;
  page.classList.add("house");
  page.style.colorScheme = look === "light" ? "light" : "dark";
  for (const [name, value] of Object.entries(variablesFor(look))) page.style.setProperty(name, value);
}
dress(shown.get());

export function showAs(change: Partial<Chosen>): void {
  const next = { ...shown.get(), ...change };
  localStorage.setItem(names.look, next.look);
  localStorage.setItem(names.large, next.large ? "yes" : "no");
  dress(next);
  shown.set(next);
}
