/** Deleting a record, and restoring one that is deleted: both say why, and each takes back the other. */
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import { queries } from "#web/api/queries.ts";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

interface Given {
  campaign: string;
  entry: Output<"ledgers.get">["entry"];
  /** Shows the list that it left or came back to. */
  listAgain: () => unknown;
}

interface Marking {
  what: "delete" | "restore";
  version: number;
  reason: string;
  /** It takes back what was done a moment ago. */
  back?: boolean;
}

export function EntryRemoval({ campaign, entry: { id, version, deleted }, listAgain }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const [asking, setAsking] = useState(false);
  const what = deleted ? "restore" : "delete";
  const mark = useMutation({
    mutationFn: ({ what: which, version: base, reason }: Marking) =>
      ask(`ledgers.${which}`, { campaign, entry: id, version: base, reason }),
    onSuccess: async ({ entry }, { what: done, back }) => {
      setAsking(false);
      await listAgain();
      await queries.invalidateQueries();
      const other = done === "delete" ? "restore" : "delete";
      const undo = (): void => {
        message.destroy(id);
        mark.mutate({ what: other, version: entry.version, reason: t("ledgers.removal.back"), back: true });
      };
      message.open({
        key: id,
        type: "success",
        duration: back ? 3 : 8,
        content: (
          <Space>
            {t(`ledgers.removal.${done}Done`)}
            {!back && (
              <Button type="link" size="small" onClick={undo}>
                {t("ledgers.undo")}
              </Button>
            )}
          </Space>
        ),
      });
    },
    onError: (error, { back }) => back && message.error(error.message),
  });
  return (
    <>
      <Button
        {...(deleted ? {} : { type: "text", danger: true })}
        onClick={() => {
          mark.reset();
          setAsking(true);
        }}
      >
        {t(`ledgers.removal.${what}`)}
      </Button>
      {asking && (
        <Modal
          open
          title={t(`ledgers.removal.${what}Title`)}
          okText={t(`ledgers.removal.${what}`)}
          okButtonProps={{ danger: !deleted, htmlType: "submit", form: "removal" }}
          confirmLoading={mark.isPending}
          onCancel={() => setAsking(false)}
        >
          <p>{t(`ledgers.removal.${what}Words`)}</p>
          <Form<{ reason: string }>
            id="removal"
            layout="vertical"
            requiredMark={false}
            onFinish={({ reason }) => mark.mutate({ what, version, reason })}
          >
            <Form.Item
              name="reason"
              label={t("ledgers.removal.why")}
              rules={[{ required: true, whitespace: true, message: t("ledgers.reason") }]}
            >
              <Input.TextArea rows={3} maxLength={1000} showCount />
            </Form.Item>
          </Form>
          {mark.error && <Wrong error={mark.error} />}
        </Modal>
      )}
    </>
  );
}
