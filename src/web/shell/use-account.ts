/** Whose page this is, in which campaign, and what they may go to. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouterState, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ask, Problem } from "../api/client.ts";
import { queries, reading } from "../api/queries.ts";
import { unsent } from "../offline/outbox.ts";
import { nobodyNow } from "../offline/who.ts";
import { useSayings } from "../ui/use-sayings.ts";
import { sessionEnded } from "./session.ts";
import { places, placesFor, type Place } from "./places.ts";

export function useCampaign() {
  const { campaign } = useParams({ from: "/c/$campaign" });
  const search: { unit?: number; ledger?: string } = useSearch({ strict: false });
  const definition = useQuery(reading("campaigns.get", { campaign })).data;
  const unit = search.unit ?? definition?.unit ?? 0;
  const about = useQuery({ ...reading("units.get", { campaign, unit }), enabled: unit > 0 }).data;
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const name = path.split("/")[3];
  return {
    key: campaign,
    definition,
    /** The unit that pages are about: the one chosen, or one's own. */
    unit,
    unitName: about?.name ?? "",
    /** There are units to choose from. */
    hasUnits: unit !== definition?.unit || (about?.below.length ?? 0) > 0,
    ledger: search.ledger,
    places: definition ? placesFor(definition) : [],
    here: places.find((place): place is Place => place === name),
  };
}
export type AtCampaign = ReturnType<typeof useCampaign>;

/** Ends the session on the server; if that fails one is still signed in and is told so. */
export function useSignOut(): () => void {
  const navigate = useNavigate();
  const { message, modal } = useSayings();
  const { t } = useTranslation();
  const leave = useMutation({
    mutationFn: () => ask("access.signOut", {}),
    onError: (error) => {
      if (error instanceof Problem && error.status === 401) void gone();
      else message.error(error.message);
    },
    onSuccess: ({ elsewhere }) => gone(elsewhere),
  });
  const gone = async (elsewhere: string | null = null): Promise<void> => {
    await nobodyNow();
    queries.clear();
    sessionEnded.set(false);
    // The session in the other house ends too; it sends the browser back.
    if (elsewhere !== null) return window.location.assign(elsewhere);
    await navigate({ to: "/sign-in", search: {} });
  };
  return () => {
    const count = unsent();
    if (count === 0) return leave.mutate();
    return void modal.confirm({
      title: t("shell.unsent.title", { count }),
      content: t("shell.unsent.words"),
      okText: t("shell.signOut"),
      onOk: () => leave.mutate(),
    });
  };
}
