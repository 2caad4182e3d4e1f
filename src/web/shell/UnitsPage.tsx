/** 单位和人员: the tree beside the unit that is looked at; on a phone one after the other. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, DatePicker, Dropdown, Skeleton, Tabs } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Roster } from "#features/people/Roster.tsx";
import { UnitHead, type Unit } from "#features/units/UnitHead.tsx";
import { UnitTree } from "#features/units/UnitTree.tsx";
import "#features/units/units.css";
import { reading } from "../api/queries.ts";
import { later } from "../ui/later.tsx";
import { PageHead } from "../ui/PageHead.tsx";
import { useSmall } from "../ui/small.ts";
import { Wrong } from "../ui/Wrong.tsx";

// What a click away is comes with the click.
const Groups = later(async () => (await import("#features/people/Groups.tsx")).Groups);
const UnitBelow = later(async () => (await import("#features/units/UnitBelow.tsx")).UnitBelow);
const UnitChanges = later(async () => (await import("#features/units/UnitRelations.tsx")).UnitChanges);
const UnitRelations = later(async () => (await import("#features/units/UnitRelations.tsx")).UnitRelations);
const dialogs = {
  move: later(async () => (await import("#features/units/UnitDialogs.tsx")).MoveDialog),
  merge: later(async () => (await import("#features/units/UnitDialogs.tsx")).MergeDialog),
  split: later(async () => (await import("#features/units/SplitDialog.tsx")).SplitDialog),
  rename: later(async () => (await import("#features/units/UnitDialogs.tsx")).RenameDialog),
};

export function UnitsPage() {
  const { t } = useTranslation();
  const small = useSmall();
  const { campaign } = useParams({ from: "/c/$campaign/units" });
  const search = useSearch({ from: "/c/$campaign/units" });
  const navigate = useNavigate({ from: "/c/$campaign/units" });
  const change = (next: Partial<typeof search>): void => void navigate({ search: (old) => ({ ...old, ...next }) });
  const definition = useQuery(reading("campaigns.get", { campaign })).data;
  if (!definition) return <Skeleton active style={{ padding: 32 }} />;
  const unit = search.unit ?? definition.unit;
  const tree = (
    <UnitTree campaign={campaign} top={definition.unit} unit={unit} day={search.day} choose={(next) => change({ unit: next })} />
  );
  const registers = (["units", "people"] as const).flatMap((what) => {
    const ledger = definition.ledgers.find(({ registers: about }) => about?.what === what);
    return ledger
      ? [
          {
            key: what,
            label: (
              <a href={`/api/campaigns/${campaign}/ledgers/${ledger.key}/sample`} download>
                {t(`units.${what}Sample`)}
              </a>
            ),
          },
        ]
      : [];
  });
  return (
    <div className="page" style={{ maxWidth: 1400 }}>
      <PageHead title={t("units.title")}>
        <DatePicker
          aria-label={t("units.on")}
          placeholder={t("units.on")}
          value={search.day === undefined ? null : dayjs(search.day)}
          onChange={(day) => change({ day: day?.format("YYYY-MM-DD") })}
        />
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [{ key: "import", label: t("units.toImport") }, ...registers],
            onClick: ({ key }) => key === "import" && void navigate({ to: "/c/$campaign/import", search: {} }),
          }}
        >
          <Button>{t("units.bring")}</Button>
        </Dropdown>
      </PageHead>
      {small ? (
        search.unit === undefined ? (
          tree
        ) : (
          <>
            <Button type="text" onClick={() => change({ unit: undefined })}>
              ‹ {t("units.back")}
            </Button>
            <Detail {...{ campaign, unit, change }} day={search.day} tab={search.tab} restructures={definition.restructures} />
          </>
        )
      ) : (
        <div className="units-page">
          {tree}
          <Detail {...{ campaign, unit, change }} day={search.day} tab={search.tab} restructures={definition.restructures} />
        </div>
      )}
    </div>
  );
}

interface Given {
  campaign: string;
  unit: number;
  day: string | undefined;
  tab: string | undefined;
  restructures: boolean;
  change: (next: { unit?: number; tab?: "people" }) => void;
}

function Detail({ campaign, unit, day, tab, restructures, change }: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const [dialog, setDialog] = useState<keyof typeof dialogs>();
  const { data, error, refetch } = useQuery({
    ...reading("units.get", { campaign, unit, ...(day === undefined ? {} : { day }) }),
    placeholderData: (before) => before,
  });
  const people = useQuery(reading("people.list", { campaign, unit, ...(day === undefined ? {} : { day }) })).data;
  if (error) return <Wrong error={error} retry={refetch} />;
  if (!data) return <Skeleton active />;
  const choose = (next: number): void => change({ unit: next });
  const Open = dialog && dialogs[dialog];
  const today = day ?? people?.day ?? "";
  const isTop = data.relations.length === 0;
  return (
    <article className="unit-detail">
      <UnitHead
        campaign={campaign}
        unit={data}
        choose={choose}
        actions={restructures && actionsOf(data, isTop, setDialog, t("units.actions"), (key) => t(`units.${key}`))}
      />
      <Tabs
        activeKey={tab ?? "people"}
        onChange={(next) => change({ tab: next as "people" })}
        destroyOnHidden
        // All five beside one another on a phone: what does not fit would hide behind a button.
        {...(small ? { tabBarGutter: 10 } : {})}
        items={[
          { key: "people", label: t("people.title"), children: <Roster campaign={campaign} unit={unit} day={day} /> },
          {
            key: "below",
            label: t("units.below"),
            children: <UnitBelow key={unit} campaign={campaign} unit={unit} day={day} choose={choose} />,
          },
          { key: "relations", label: t("units.relations"), children: <UnitRelations unit={data} day={today} /> },
          {
            key: "groups",
            label: t("people.groups"),
            children: <Groups campaign={campaign} unit={unit} day={day} may={people?.may === true} />,
          },
          {
            key: "changes",
            label: t("units.changes"),
            children: <UnitChanges campaign={campaign} unit={unit} may={restructures} />,
          },
        ]}
      />
      {Open && <Open campaign={campaign} unit={data} today={today} close={() => setDialog(undefined)} />}
    </article>
  );
}

const actionsOf = (
  unit: Unit,
  isTop: boolean,
  open: (dialog: keyof typeof dialogs) => void,
  label: string,
  say: (key: keyof typeof dialogs) => string,
) => (
  <Dropdown
    trigger={["click"]}
    disabled={unit.to !== null}
    menu={{
      items: (Object.keys(dialogs) as (keyof typeof dialogs)[])
        .filter((key) => key === "rename" || !isTop)
        .map((key) => ({ key, label: say(key) })),
      onClick: ({ key }) => open(key as keyof typeof dialogs),
    }}
  >
    <Button>{label}</Button>
  </Dropdown>
);
