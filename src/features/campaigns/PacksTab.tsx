/** The versions of the campaign's pack: which is current, what an earlier one had, a new one checked and loaded. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm, Space, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask, Problem, send } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries, reading } from "#web/api/queries.ts";
import { ListTable } from "#web/ui/ListTable.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { clock } from "#web/ui/clock.ts";
import { PackChanges } from "./PackChanges.tsx";
import { PackFaults } from "./PackFaults.tsx";

type Version = Output<"packs.list">["versions"][number];

export function PacksTab({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const packs = useQuery(reading("packs.list", { campaign }));
  const use = useMutation({
    mutationFn: (pack: number) => ask("packs.restore", { campaign, pack }),
    onSuccess: async ({ version }) => {
      await queries.invalidateQueries();
      message.success(t("packs.used", { version }));
    },
    onError: (error) => message.error(error.message),
  });
  return (
    <>
      <NewVersion campaign={campaign} />
      <h2 style={{ fontSize: "var(--ant-font-size-lg)", margin: "28px 0 10px" }}>{t("packs.versions")}</h2>
      {packs.error && <Wrong error={packs.error} retry={packs.refetch} />}
      <ListTable<Version>
        label={t("packs.versions")}
        rowKey="id"
        loading={packs.isPending}
        dataSource={packs.data?.versions ?? []}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          {
            title: t("packs.version"),
            className: "number",
            render: (_, { version, current }) => (current ? `${version}　✓ ${t("packs.current")}` : version),
          },
          { title: t("packs.title"), dataIndex: "name" },
          { title: t("packs.loaded"), className: "number", render: (_, { loadedAt }) => clock.format(new Date(loadedAt)) },
          { title: t("packs.holds"), className: "number", render: (_, one) => t("packs.holdsWords", { ...one }) },
          {
            title: "",
            render: (_, { id, version, current }) => (
              <Space>
                <Button size="small" href={`/api/campaigns/${campaign}/packs/${id}/file`} download>
                  {t("packs.export")}
                </Button>
                {!current && (
                  <Popconfirm
                    title={t("packs.useSure", { version })}
                    description={<div style={{ maxWidth: 280 }}>{t("packs.useWords")}</div>}
                    okText={t("packs.use")}
                    onConfirm={() => use.mutate(id)}
                  >
                    <Button size="small" loading={use.isPending}>
                      {t("packs.use")}
                    </Button>
                  </Popconfirm>
                )}
              </Space>
            ),
          },
        ]}
        expandable={{
          rowExpandable: ({ current }) => !current,
          expandedRowRender: ({ id }) => <Differences campaign={campaign} pack={id} />,
        }}
      />
    </>
  );
}

function Differences({ campaign, pack }: { campaign: string; pack: number }) {
  const { t } = useTranslation();
  const { data, error } = useQuery(reading("packs.changes", { campaign, pack }));
  if (error) return <Wrong error={error} />;
  return (
    <>
      <p className="quiet">{t("packs.what")}</p>
      {data && <PackChanges changes={data.changes} />}
    </>
  );
}

/** A file is checked and compared first, and loaded when that is said. */
function NewVersion({ campaign }: { campaign: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [file, setFile] = useState<File>();
  const check = useMutation({ mutationFn: (chosen: File) => send("packs.check", { campaign }, chosen) });
  const load = useMutation({
    mutationFn: (chosen: File) => send("packs.load", { campaign }, chosen),
    onSuccess: async ({ version }) => {
      setFile(undefined);
      check.reset();
      await queries.invalidateQueries();
      message.success(t("packs.loadDone", { version }));
    },
  });
  const error = check.error ?? load.error;
  const pack = check.data?.pack;
  return (
    <section>
      <p className="quiet">{t("packs.checkHint")}</p>
      <Space wrap style={{ marginBottom: 12 }}>
        <Upload
          accept=".zip,.json,.yaml"
          showUploadList={false}
          beforeUpload={(chosen) => {
            setFile(chosen);
            check.mutate(chosen);
            return false;
          }}
        >
          <Button type={file ? "default" : "primary"} loading={check.isPending}>
            {t(file ? "packs.another" : "packs.check")}
          </Button>
        </Upload>
        {file && <span style={{ overflowWrap: "anywhere" }}>{file.name}</span>}
      </Space>
      {error && !(error instanceof Problem && error.code === "pack_faults") && <Wrong error={error} />}
      {check.data && <PackFaults problems={check.data.problems} />}
      {file && pack && (
        <>
          <Alert type="success" showIcon style={{ marginBottom: 12 }} title={t("packs.sound", { ...pack })} />
          <PackChanges changes={check.data?.changes ?? []} />
          <Button type="primary" style={{ marginTop: 14 }} loading={load.isPending} onClick={() => load.mutate(file)}>
            {t("packs.load")}
          </Button>
        </>
      )}
    </section>
  );
}
