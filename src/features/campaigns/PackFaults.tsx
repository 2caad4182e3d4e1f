/** What is wrong with a pack: file, line, reason. */
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import { ListTable } from "#web/ui/ListTable.tsx";

type Fault = Output<"packs.check">["problems"][number];

export function PackFaults({ problems }: { problems: readonly Fault[] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  const title = t("setup.faults", { count: problems.length });
  return (
    <div style={{ marginTop: 12 }}>
      <Alert type="error" showIcon title={title} style={{ marginBottom: 8 }} />
      <ListTable<Fault & { id: number }>
        label={title}
        rowKey="id"
        dataSource={problems.map((one, id) => ({ ...one, id }))}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: t("packs.file"), dataIndex: "file" },
          { title: t("packs.line"), dataIndex: "line", align: "right", className: "number" },
          { title: t("packs.reason"), render: (_, { path, reason }) => (path ? `${path}：${reason}` : reason) },
        ]}
      />
    </div>
  );
}
