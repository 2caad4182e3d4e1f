/** Whether the session ended while someone was at work: the page stays, and a dialog asks who goes on. */
import { createStore } from "../ui/store.ts";

export const sessionEnded = createStore(false);
