/** Everything that the palette offers to this account here; of the units, those that the text finds. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, type NavigateOptions } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { reading } from "../api/queries.ts";
import { shown, showAs } from "../ui/look.ts";
import { looks } from "../ui/looks.ts";
import { useUnitsFound } from "../ui/use-units.ts";
import { speak } from "../words/i18n.ts";
import type { Command } from "./commands.ts";
import { overlay } from "./overlay.ts";
import { useSignOut, type AtCampaign } from "./use-account.ts";

export function useCommands({ key: campaign, definition, places, here }: AtCampaign, text: string): Command[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { look, large } = shown.use();
  const signOut = useSignOut();
  const campaigns = useQuery(reading("campaigns.list", {})).data?.campaigns;
  const { data: words } = useQuery(reading("campaigns.definitions", { campaign }));
  const { units } = useUnitsFound(campaign, text);
  return useMemo(() => {
    const params = { campaign };
    const go =
      (to: NavigateOptions): (() => void) =>
      () =>
        void navigate(to);
    const toUnit = (unit: number): (() => void) =>
      go(
        here === "ledgers"
          ? {
              to: "/c/$campaign/ledgers",
              params,
              search: (old) => ({ ...old, unit, page: undefined, entry: undefined }),
            }
          : { to: "/c/$campaign/figures", params, search: { unit } },
      );
    const command = (group: Command["group"], id: string | number, name: string, run: () => void, also = ""): Command => ({
      id: `${group} ${id}`,
      group,
      name,
      also,
      run,
    });
    const ledgers = definition?.ledgers ?? [];
    return [
      ...places.map((place) => command("go", place, t(`places.${place}`), go({ to: `/c/$campaign/${place}`, params }), place)),
      ...looks
        .filter((one) => one !== look)
        .map((one) =>
          command("do", one, t("shell.palette.look", { name: t(`shell.looks.${one}`) }), () => showAs({ look: one }), one),
        ),
      command(
        "do",
        "large",
        large ? t("shell.palette.normal") : t("shell.palette.large"),
        () => showAs({ large: !large }),
        "适老化",
      ),
      command("do", "language", t("shell.palette.language"), () => speak(i18n.language === "en" ? "zh" : "en"), "english 中文"),
      command("do", "help", t("ui.help.open"), () => overlay.set("help"), "F1"),
      command("do", "keys", t("shell.keys.title"), () => overlay.set("keys"), "?"),
      command("do", "print", t("shell.palette.print"), () => setTimeout(() => window.print())),
      command("do", "leave", t("shell.signOut"), signOut),
      ...(places.includes("record") ? ledgers.filter(({ may }) => may.includes("record")) : []).map(({ key, name, area }) =>
        command(
          "record",
          key,
          t("shell.palette.record", { name }),
          go({ to: "/c/$campaign/record", params, search: { ledger: key } }),
          `${name} ${area ?? ""}`,
        ),
      ),
      ...ledgers.map(({ key, name, area }) =>
        command("ledger", key, name, go({ to: "/c/$campaign/ledgers", params, search: { ledger: key } }), area),
      ),
      ...(words?.figures ?? []).map(({ key, name }) =>
        command("figure", key, name, go({ to: "/c/$campaign/figures", params, search: { figure: key } }), key),
      ),
      ...units.map(({ id, name, code, aliases }) => command("unit", id, name, toUnit(id), [code, ...aliases].join(" "))),
      ...(campaigns ?? [])
        .filter(({ key }) => key !== campaign)
        .map(({ key, name }) =>
          command(
            "campaign",
            key,
            t("shell.palette.campaign", { name }),
            go({ to: "/c/$campaign", params: { campaign: key }, search: {} }),
          ),
        ),
    ];
  }, [campaign, campaigns, definition, here, i18n.language, large, look, navigate, places, signOut, t, units, words]);
}
