/** Where a file is dropped: it is read and shown first, and brought in when that is said. */
import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import { LongWork } from "#web/ui/LongWork.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { ImportPreview, type Mapping } from "./ImportPreview.tsx";

type Result = Output<"exchange.import">;

interface Sent {
  file: File;
  mapping: Mapping;
  dryRun: boolean;
  goodRows: boolean;
}

interface Given {
  campaign: string;
  /** The only ledger that the file may be for. */
  ledger?: string | undefined;
  /** Told whether a file is being looked at. */
  busy?: (busy: boolean) => void;
}

export function ImportBox({ campaign, ledger, busy }: Given) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File>();
  const [mapping, setMapping] = useState<Mapping>({});
  const [uploaded, setUploaded] = useState(0);
  const [done, setDone] = useState<Result>();
  const take = (chosen: File | undefined): void => {
    setFile(chosen);
    busy?.(chosen !== undefined);
  };
  const read = useMutation({
    mutationFn: (sent: Sent): Promise<Result> => {
      setUploaded(0);
      const { dryRun, goodRows } = sent;
      const input = {
        campaign,
        dryRun,
        goodRows,
        mapping: JSON.stringify(sent.mapping),
        ...(ledger === undefined ? {} : { ledger }),
      };
      return send("exchange.import", input, sent.file, setUploaded);
    },
    onSuccess: async (result) => {
      if (!result.committed) return;
      setDone(result);
      take(undefined);
      await queries.invalidateQueries();
    },
  });
  const look = (chosen: File, given: Mapping): void => {
    take(chosen);
    setMapping(given);
    setDone(undefined);
    read.mutate({ file: chosen, mapping: given, dryRun: true, goodRows: false });
  };
  const again = (): void => {
    take(undefined);
    read.reset();
  };
  const percent = Math.round(uploaded * 100);
  return (
    <>
      {done && <Alert type="success" showIcon closable style={{ marginBottom: 16 }} title={t("import.done", { ...done })} />}
      {!file && (
        <Upload.Dragger
          accept=".xlsx,.xls,.csv,.txt"
          showUploadList={false}
          beforeUpload={(chosen) => {
            look(chosen, {});
            return false;
          }}
        >
          <p style={{ fontSize: "var(--ant-font-size-lg)", margin: "20px 0 6px", textWrap: "balance" }}>{t("import.drop")}</p>
          <p className="quiet" style={{ padding: "0 24px" }}>
            {t("import.dropHint")}
          </p>
        </Upload.Dragger>
      )}
      {read.isPending && (
        <LongWork
          title={file?.name ?? t("import.title")}
          done={{
            at: percent < 100 ? 1 : 2,
            of: 2,
            name: percent < 100 ? t("import.uploaded", { percent }) : t("import.reading"),
          }}
        />
      )}
      {read.error && <Wrong error={read.error} />}
      {file && !read.isPending && (
        <Button style={{ float: "right", marginLeft: 12 }} onClick={again}>
          {t("import.another")}
        </Button>
      )}
      {file && read.data && !read.isPending && (
        <ImportPreview
          campaign={campaign}
          file={file}
          result={read.data}
          mapping={mapping}
          look={(given) => look(file, given)}
          commit={(goodRows) => read.mutate({ file, mapping, dryRun: false, goodRows })}
        />
      )}
    </>
  );
}
