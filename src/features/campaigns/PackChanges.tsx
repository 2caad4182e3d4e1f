/** What one version of a pack has that another has not. */
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { ListTable } from "#web/ui/ListTable.tsx";

type Change = Output<"packs.changes">["changes"][number];

export function PackChanges({ changes }: { changes: readonly Change[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) return <p className="quiet">{t("packs.same")}</p>;
  return (
    <ListTable<Change & { id: number }>
      label={t("packs.changesTitle")}
      rowKey="id"
      dataSource={changes.map((one, id) => ({ ...one, id }))}
      pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t("packs.changesTitle"), render: (_, { change }) => t(`packs.change.${change}`) },
        { title: "", render: (_, { what }) => t(`packs.kind.${what}`) },
        { title: "", render: (_, { name, of }) => (of === null ? name : `${of}：${name}`) },
      ]}
    />
  );
}
