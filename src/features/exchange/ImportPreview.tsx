/** What a file would do: the tables found in it, what each heading means, and what is wrong with which row. */
import { useMutation } from "@tanstack/react-query";
import { Button, Collapse, Select, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { useDefinition } from "#web/api/definition.ts";
import { keepFile } from "#web/ui/keep-file.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Result = Output<"exchange.import">;
type Found = Result["tables"][number];
/** Heading → field; null leaves the column out. */
export type Mapping = Record<string, string | null>;

const leaveOut = "";

interface Given {
  campaign: string;
  file: File;
  result: Result;
  mapping: Mapping;
  look: (mapping: Mapping) => void;
  commit: (goodRows: boolean) => void;
}

export function ImportPreview({ campaign, file, result, mapping, look, commit }: Given) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<Mapping>(mapping);
  const definition = useDefinition(campaign);
  const mark = useMutation({
    mutationFn: () => send("exchange.mark", { campaign, mapping: JSON.stringify(mapping) }, file),
    onSuccess: (workbook) => keepFile(workbook, file.name.replace(/\.xlsx$/i, "（已标注）.xlsx")),
  });
  const { complaints, tables } = result;
  const good = result.added + result.changed + result.unchanged;
  const fieldsOf = (ledger: string) =>
    definition.data?.ledgers.find(({ key }) => key === ledger)?.fields.map(({ name }) => name) ?? [];
  const changed = JSON.stringify(said) !== JSON.stringify(mapping);
  return (
    <Space orientation="vertical" size={16} style={{ width: "100%" }}>
      <strong style={{ overflowWrap: "anywhere" }}>{file.name}</strong>
      <ListTable<Found>
        label={t("import.sheet")}
        rowKey={(one) => `${one.sheet} ${one.table}`}
        dataSource={tables}
        locale={{ emptyText: t("import.nothing") }}
        columns={[
          {
            title: t("import.sheet"),
            render: (_, one) => `${one.sheet ?? ""} ${t("import.rows", { first: one.firstRow, last: one.lastRow })}`,
          },
          { title: t("import.ledger"), dataIndex: "ledgerName" },
          { title: t("import.added"), dataIndex: "added", align: "right", className: "number" },
          { title: t("import.changed"), dataIndex: "changed", align: "right", className: "number" },
          { title: t("import.unchanged"), dataIndex: "unchanged", align: "right", className: "number" },
          { title: t("import.bad"), dataIndex: "invalid", align: "right", className: "number" },
        ]}
        expandable={{
          expandedRowRender: (one) => (
            <div className="mapping">
              {Object.entries(one.columns).map(([heading, field]) => (
                <label key={heading}>
                  <span>{heading}</span>
                  <Select
                    size="small"
                    showSearch
                    style={{ width: 200 }}
                    value={(heading in said ? said[heading] : field) ?? leaveOut}
                    options={[
                      { value: leaveOut, label: t("import.leaveOut") },
                      ...fieldsOf(one.ledger).map((name) => ({ value: name, label: name })),
                    ]}
                    onChange={(name) => setSaid({ ...said, [heading]: name === leaveOut ? null : name })}
                  />
                </label>
              ))}
            </div>
          ),
        }}
      />
      {changed && <Button onClick={() => look(said)}>{t("import.applyMapping")}</Button>}
      {complaints.length > 0 && (
        <Collapse
          defaultActiveKey="complaints"
          items={[
            {
              key: "complaints",
              label: t("import.complaints", { count: complaints.length }),
              children: (
                <ListTable
                  label={t("import.complaints", { count: complaints.length })}
                  rowKey={(one) => `${one.sheet} ${one.row} ${one.column} ${one.reason}`}
                  dataSource={complaints}
                  pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
                  columns={[
                    {
                      title: t("import.place"),
                      className: "number",
                      render: (_, one) => `${one.sheet ?? ""} ${t("import.row", { row: one.row })} ${one.column ?? ""}`,
                    },
                    { title: t("import.value"), render: (_, one) => String(one.value ?? "") },
                    {
                      title: t("import.reason"),
                      render: (_, one) => (one.suggestion ? `${one.reason}。${one.suggestion}` : one.reason),
                    },
                  ]}
                />
              ),
            },
          ]}
        />
      )}
      {mark.error && <Wrong error={mark.error} />}
      <Space wrap>
        {complaints.length === 0 ? (
          <Button type="primary" disabled={good === 0} onClick={() => commit(false)}>
            {t("import.commit")}
          </Button>
        ) : (
          <Button type="primary" disabled={good === 0} onClick={() => commit(true)}>
            {t("import.commitGood")}
          </Button>
        )}
        {complaints.length > 0 && /\.xlsx$/i.test(file.name) && (
          <Button loading={mark.isPending} onClick={() => mark.mutate()}>
            {t("import.marked")}
          </Button>
        )}
      </Space>
    </Space>
  );
}
