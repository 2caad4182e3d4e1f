/** Who has a seat in a unit on a day. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { later } from "#web/ui/later.tsx";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

const PersonDrawer = later(async () => (await import("./PersonDrawer.tsx")).PersonDrawer);

type Person = Output<"people.list">["people"][number];

export function Roster({ campaign, unit, day }: { campaign: string; unit: number; day: string | undefined }) {
  const { t } = useTranslation();
  const [person, setPerson] = useState<number>();
  const people = useQuery(reading("people.list", { campaign, unit, ...(day === undefined ? {} : { day }) }));
  return (
    <>
      {people.error && <Wrong error={people.error} retry={people.refetch} />}
      <ListTable<Person>
        label={t("people.title")}
        rowKey={(one) => `${one.id} ${one.kind} ${one.from}`}
        loading={people.isPending}
        dataSource={people.data?.people ?? []}
        locale={{ emptyText: t("people.none") }}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          {
            title: t("people.name"),
            render: (_, { id, name }) => (
              <button type="button" className="link" onClick={() => setPerson(id)}>
                {name}
              </button>
            ),
          },
          { title: t("people.code"), className: "number", render: (_, { code }) => code ?? "" },
          { title: t("people.kind"), render: (_, { kind }) => t(`people.${kind}`) },
          {
            title: t("people.department"),
            render: (_, { department }) => department ?? "",
            onCell: () => ({ className: "wrap" }),
          },
          { title: t("people.position"), render: (_, { position }) => position ?? "", onCell: () => ({ className: "wrap" }) },
          {
            title: t("people.since"),
            className: "number",
            render: (_, { from }) => (from === "-infinity" ? <span className="quiet">{t("units.beginning")}</span> : from),
          },
        ]}
      />
      {person !== undefined && people.data && (
        <PersonDrawer
          campaign={campaign}
          person={person}
          may={people.data.may}
          today={people.data.day}
          close={() => setPerson(undefined)}
        />
      )}
    </>
  );
}
