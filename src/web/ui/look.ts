/** How this device shows things: light, dark or for a wall, and in large text or not. Kept in the browser. */
import { createStore } from "./store.ts";
import { looks, type Look } from "./looks.ts";

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

/** The tokens of each look and size are chosen by these attributes. */
function dress({ look, large }: Chosen): void {
  const page = document.documentElement;
  page.dataset["look"] = look;
  page.dataset["text"] = large ? "large" : "normal";
  page.style.colorScheme = look === "light" ? "light" : "dark";
}
dress(shown.get());

export function showAs(change: Partial<Chosen>): void {
  const next = { ...shown.get(), ...change };
  localStorage.setItem(names.look, next.look);
  localStorage.setItem(names.large, next.large ? "yes" : "no");
  dress(next);
  shown.set(next);
}
