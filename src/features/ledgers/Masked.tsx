/** A value that is shown masked, and whole to who asks for it and may: until it is hidden again or the record is left. */
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

interface Given {
  campaign: string;
  entry: string;
  field: string;
  /** Its masked form. */
  masked: string;
  /** Whether one must say why one looks. */
  reason: boolean;
}

export function Masked({ campaign, entry, field, masked, reason: asks }: Given) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const shown = useMutation({
    mutationFn: (reason?: string) => ask("ledgers.reveal", { campaign, entry, field, ...(reason ? { reason } : {}) }),
    onSuccess: () => setAsking(false),
    // What was looked at is not kept once nobody looks.
    gcTime: 0,
  });
  const whole = shown.data;
  return (
    <>
      <span className={whole ? "" : "masked"}>{whole ? (whole.value ?? "") : masked}</span>{" "}
      <Button
        type="link"
        size="small"
        className="reveal"
        loading={shown.isPending && !asking}
        aria-label={`${t(whole ? "ledgers.masked.hide" : "ledgers.masked.show")} ${field}`}
        onClick={() => (whole ? shown.reset() : asks ? setAsking(true) : shown.mutate(undefined))}
      >
        {t(whole ? "ledgers.masked.hide" : "ledgers.masked.show")}
      </Button>
      {shown.error && !asking && <Wrong error={shown.error} />}
      {asking && (
        <Modal
          open
          title={t("ledgers.masked.title", { field })}
          okText={t("ledgers.masked.show")}
          okButtonProps={{ htmlType: "submit", form: "reveal" }}
          confirmLoading={shown.isPending}
          onCancel={() => {
            shown.reset();
            setAsking(false);
          }}
        >
          <p>{t("ledgers.masked.words")}</p>
          <Form<{ why: string }> id="reveal" layout="vertical" requiredMark={false} onFinish={({ why }) => shown.mutate(why)}>
            <Form.Item
              name="why"
              label={t("ledgers.masked.why")}
              rules={[{ required: true, whitespace: true, message: t("ledgers.masked.needsWhy") }]}
            >
              <Input.TextArea rows={3} maxLength={1000} showCount />
            </Form.Item>
          </Form>
          {shown.error && <Wrong error={shown.error} />}
        </Modal>
      )}
    </>
  );
}
