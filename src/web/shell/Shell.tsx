/** What stands around every page: the brand, the campaign and unit, the places of one's role, and one's account. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { follow } from "../api/live.ts";
import { reading } from "../api/queries.ts";
import { useFormKept } from "../offline/use-form-kept.ts";
import { HelpOf } from "../ui/HelpButton.tsx";
import { later } from "../ui/later.tsx";
import { useSmall } from "../ui/small.ts";
import { AccountPanel } from "./AccountPanel.tsx";
import { Bell } from "./Bell.tsx";
import { Icon } from "./icons.tsx";
import { closeOverlay, overlay } from "./overlay.ts";
import { tabsOf, type Place } from "./places.ts";
import { ReachBar } from "./ReachBar.tsx";
import { sessionEnded } from "./session.ts";
import "./panel.css";
import "./phone.css";
import "./shell.css";
import { useCampaign, type AtCampaign } from "./use-account.ts";
import { useKeys } from "./use-keys.ts";
import { Watermark } from "./Watermark.tsx";

// What is not on the screen at first comes when it is asked for.
const Palette = later(async () => (await import("./Palette.tsx")).Palette);
const KeyMap = later(async () => (await import("./KeyMap.tsx")).KeyMap);
const PlaceHelp = later(async () => (await import("./PlaceHelp.tsx")).PlaceHelp);
const SignInAgain = later(async () => (await import("./SignInAgain.tsx")).SignInAgain);

const find = (): void => overlay.set("palette");
const help = (): void => overlay.set("help");

export function Shell() {
  const small = useSmall();
  const at = useCampaign();
  const open = overlay.use();
  const ended = sessionEnded.use();
  useKeys(at);
  useFormKept(at.key, small && at.places.includes("record"));
  useEffect(() => follow(at.key), [at.key]);
  return (
    <div className="shell">
      <ReachBar />
      {small ? <Bar at={at} /> : <Side at={at} />}
      <main className="content">
        <HelpOf value={help}>
          <Outlet />
        </HelpOf>
      </main>
      {small && <Tabs at={at} />}
      {open === "palette" && <Palette at={at} close={closeOverlay} />}
      {open === "keys" && <KeyMap places={at.places} close={closeOverlay} />}
      {open === "help" && <PlaceHelp at={at} close={closeOverlay} />}
      {ended && <SignInAgain />}
      <Watermark />
    </div>
  );
}

function PlaceLink({ at, place }: { at: AtCampaign; place: Place }) {
  const { t } = useTranslation();
  // The unit that was chosen stays chosen in the next place.
  const search = at.unit === at.definition?.unit ? {} : { unit: at.unit };
  return (
    <Link
      to={`/c/$campaign/${place}`}
      params={{ campaign: at.key }}
      search={search as never}
      activeProps={{ "aria-current": "page" }}
      activeOptions={{ includeSearch: false }}
    >
      <Icon sign={place} />
      <span>{t(`places.${place}`)}</span>
    </Link>
  );
}

/** The campaign and the unit that pages are about; more than one to choose from makes it a button. */
function Where({ at }: { at: AtCampaign }) {
  const { t } = useTranslation();
  const campaigns = useQuery(reading("campaigns.list", {})).data?.campaigns ?? [];
  const words: ReactNode = (
    <>
      <span className="where-campaign">{at.definition?.name}</span>
      <span className="where-unit">{at.unitName}</span>
    </>
  );
  if (campaigns.length < 2 && !at.hasUnits) return <div className="where where-words">{words}</div>;
  return (
    <button type="button" className="where" title={t("shell.switch")} onClick={find}>
      <span className="where-words">{words}</span>
      <Icon sign="choose" />
    </button>
  );
}

function Side({ at }: { at: AtCampaign }) {
  const { t } = useTranslation();
  return (
    <aside className="side">
      <div className="brand">
        <span>{t("product")}</span>
        <Bell campaign={at.key} />
      </div>
      <Where at={at} />
      <button type="button" className="find-button" onClick={find}>
        <Icon sign="search" />
        <span>{t("shell.find")}</span>
        <kbd>{/Mac/.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
      </button>
      <nav className="places" aria-label={t("shell.navigation")}>
        {at.places.map((place) => (
          <PlaceLink key={place} at={at} place={place} />
        ))}
      </nav>
      <div className="side-foot">
        <button type="button" onClick={help}>
          <Icon sign="help" />
          <span>{t("ui.help.open")}</span>
        </button>
        <AccountPanel at={at} name="account" more={[]} />
      </div>
    </aside>
  );
}

function Bar({ at }: { at: AtCampaign }) {
  const { t } = useTranslation();
  return (
    <header className="bar">
      <Where at={at} />
      <button type="button" aria-label={t("shell.find")} onClick={find}>
        <Icon sign="search" />
      </button>
      <Bell campaign={at.key} />
      <AccountPanel at={at} name="account" more={[]} />
    </header>
  );
}

function Tabs({ at }: { at: AtCampaign }) {
  const { t } = useTranslation();
  const { tabs, more } = tabsOf(at.places);
  return (
    <nav className="tabs" aria-label={t("shell.navigation")}>
      {tabs.map((place) => (
        <PlaceLink key={place} at={at} place={place} />
      ))}
      {more.length > 0 && (
        <AccountPanel
          at={at}
          name="more"
          more={more.map((place) => (
            <PlaceLink key={place} at={at} place={place} />
          ))}
        />
      )}
    </nav>
  );
}
