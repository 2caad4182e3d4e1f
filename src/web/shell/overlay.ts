/** What stands over the page, one thing at a time. */
import { createStore } from "../ui/store.ts";

export const overlay = createStore<"palette" | "keys" | "help" | "account" | "more" | undefined>(undefined);
export const closeOverlay = (): void => overlay.set(undefined);
