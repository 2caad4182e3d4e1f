/** The files that were imported, each of which may be taken back. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";
import { When } from "#web/ui/When.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Kept = Output<"exchange.imports">["imports"][number];

export function ImportsTable({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message, modal } = useSayings();
  const kept = useQuery(reading("exchange.imports", { campaign, limit: 50 }));
  const undo = useMutation({
    mutationFn: (id: string) => ask("exchange.undo", { campaign, import: id }),
    onSuccess: async (undone) => {
      await queries.invalidateQueries();
      message.success(t("import.undoDone", { ...undone }), 8);
    },
  });
  const sure = ({ id, file }: Kept): void =>
    void modal.confirm({
      title: t("import.undoSure", { file }),
      content: t("import.undoWords"),
      okText: t("import.undo"),
      onOk: () => undo.mutate(id),
    });
  return (
    <section style={{ marginTop: 28 }}>
      <h2 style={{ fontSize: "var(--ant-font-size-lg)" }}>{t("import.history")}</h2>
      {kept.error && <Wrong error={kept.error} retry={kept.refetch} />}
      {undo.error && <Wrong error={undo.error} />}
      <ListTable<Kept>
        label={t("import.history")}
        rowKey="id"
        loading={kept.isPending}
        dataSource={kept.data?.imports ?? []}
        locale={{ emptyText: t("import.none") }}
        columns={[
          { title: t("import.at"), className: "number", render: (_, { at }) => <When at={at} /> },
          { title: t("import.file"), dataIndex: "file", ellipsis: true, width: 320 },
          { title: t("import.by"), render: (_, { unitName, actorName }) => actorName ?? unitName },
          { title: t("import.result"), className: "number", render: (_, one) => t("import.resultWords", { ...one }) },
          {
            render: (_, one) =>
              one.undoneAt ? (
                <span className="quiet">{t("import.undone")}</span>
              ) : (
                <Button size="small" onClick={() => sure(one)}>
                  {t("import.undo")}
                </Button>
              ),
          },
        ]}
      />
    </section>
  );
}
