/** Keys that work everywhere: ⌘K or Ctrl-K, `?`, F1, and `g` then a digit for each place. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { overlay } from "./overlay.ts";
import type { AtCampaign } from "./use-account.ts";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function useKeys({ key: campaign, places }: AtCampaign): void {
  const navigate = useNavigate();
  const order = places.join(" ");
  useEffect(() => {
    let going = false;
    const press = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey, target } = event;
      const began = going;
      going = false;
      if (key.toLowerCase() === "k" && (ctrlKey || metaKey) && !altKey) overlay.set("palette");
      else if (key === "F1") overlay.set("help");
      else if (ctrlKey || metaKey || altKey || isTyping(target)) return;
      else if (key === "?" || key === "？") overlay.set("keys");
      else if (key === "g") {
        going = true;
        return;
      } else {
        const place = began ? places[Number(key) - 1] : undefined;
        if (!place) return;
        void navigate({ to: `/c/$campaign/${place}`, params: { campaign } });
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
    // The order says all that matters of the places.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [campaign, order, navigate]);
}
