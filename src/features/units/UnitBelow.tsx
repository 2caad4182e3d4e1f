/** Units directly below one on a day, a page at a time. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Unit = Output<"units.children">["units"][number];
const limit = 20;

interface Given {
  campaign: string;
  unit: number;
  day: string | undefined;
  choose: (unit: number) => void;
}

export function UnitBelow({ campaign, unit, day, choose }: Given) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const asked = { campaign, unit, limit, offset: (page - 1) * limit, ...(day === undefined ? {} : { day }) };
  const below = useQuery({ ...reading("units.children", asked), placeholderData: (before) => before });
  return (
    <>
      {below.error && <Wrong error={below.error} retry={below.refetch} />}
      <ListTable<Unit>
        label={t("units.below")}
        rowKey="id"
        loading={below.isPending}
        dataSource={below.data?.units ?? []}
        locale={{ emptyText: t("units.noBelow") }}
        pagination={{
          current: page,
          pageSize: limit,
          total: below.data?.total ?? 0,
          onChange: setPage,
          hideOnSinglePage: true,
          showSizeChanger: false,
        }}
        columns={[
          {
            title: t("unit"),
            onCell: () => ({ className: "wrap" }),
            render: (_, { id, name }) => (
              <button type="button" className="link" onClick={() => choose(id)}>
                {name}
              </button>
            ),
          },
          { title: t("units.code"), className: "number", render: (_, { code }) => code ?? "" },
          { title: t("units.kind"), render: (_, { kind }) => kind ?? "" },
          {
            title: "",
            className: "number",
            align: "right",
            render: (_, { below: count }) => (count > 0 ? t("units.belowCount", { count }) : ""),
          },
        ]}
      />
    </>
  );
}
