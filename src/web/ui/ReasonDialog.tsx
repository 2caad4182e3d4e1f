/** Asks why before something is done that is written down with its reason. */
import { Form, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Wrong } from "./Wrong.tsx";

interface Given {
  title: string;
  words: ReactNode;
  /** What the button says. */
  go: string;
  busy: boolean;
  error: Error | null;
  /** The reason may be left out. */
  optional?: boolean;
  /** What is asked besides. */
  children?: ReactNode;
  done: (reason: string) => void;
  cancel: () => void;
}

export function ReasonDialog({ title, words, go, optional = false, busy, error, children, done, cancel }: Given) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={title}
      okText={go}
      okButtonProps={{ htmlType: "submit", form: "reason-form" }}
      confirmLoading={busy}
      onCancel={cancel}
    >
      <p>{words}</p>
      <Form<{ reason?: string }>
        id="reason-form"
        layout="vertical"
        requiredMark={false}
        onFinish={({ reason = "" }) => done(reason.trim())}
      >
        {children}
        <Form.Item
          name="reason"
          label={t("ui.why.label")}
          rules={[{ required: !optional, whitespace: true, message: t("ui.why.needed") }]}
        >
          <Input.TextArea rows={3} maxLength={500} />
        </Form.Item>
      </Form>
      {error && <Wrong error={error} />}
    </Modal>
  );
}
