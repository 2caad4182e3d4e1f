/** Answering a request for correction: the record is put right, or it is said why not. */
import { useMutation } from "@tanstack/react-query";
import { Form, Input, Modal, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { queries } from "#web/api/queries.ts";
import { FieldInput, type Value } from "#web/ui/FieldInput.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";

type Found = Output<"ledgers.get">;

interface Given {
  campaign: string;
  ledger: Ledger;
  found: Found;
  correction: Found["corrections"][number];
  close: () => void;
}
interface Filled {
  way: "accept" | "decline";
  value?: Value;
  reason?: string;
}

export function AnswerDialog({ campaign, ledger, found, correction, close }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const [form] = Form.useForm<Filled>();
  const accept = Form.useWatch("way", form) !== "decline";
  const field = ledger.fields.find(({ name }) => name === correction.field);
  const answer = useMutation({
    mutationFn: ({ way, value, reason }: Filled) =>
      ask("corrections.answer", {
        campaign,
        correction: correction.id,
        accept: way === "accept",
        version: found.entry.version,
        ...(way === "accept" ? { value: (value ?? null) as Found["entry"]["values"][string] } : {}),
        reason: reason ?? "",
      }),
    onSuccess: async () => {
      close();
      await queries.invalidateQueries();
      message.success(t("answers.answered"));
    },
  });
  // What was asked for in words fits a field of words; for any other it is chosen by whoever answers.
  const worded = field?.type === "text" || field?.type === "longtext";
  return (
    <Modal
      open
      title={t("answers.answerTitle")}
      okText={t(accept ? "answers.accept" : "answers.decline")}
      okButtonProps={{ htmlType: "submit", form: "answer-form" }}
      confirmLoading={answer.isPending}
      onCancel={close}
    >
      <p className="own-words">
        {t("answers.request", correction)}。{t("answers.wanted")}：{correction.wanted}
      </p>
      <Form<Filled>
        id="answer-form"
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ way: "accept", value: worded ? correction.wanted : found.entry.values[correction.field] }}
        onFinish={answer.mutate}
      >
        <Form.Item name="way" noStyle>
          <Segmented
            block
            aria-label={t("answers.answer")}
            options={(["accept", "decline"] as const).map((value) => ({ value, label: t(`answers.${value}`) }))}
          />
        </Form.Item>
        {accept && field && (
          <Form.Item name="value" label={t("answers.valueOf", { field: field.name })} style={{ marginTop: 16 }}>
            <FieldInput campaign={campaign} field={field} unit={found.entry.unit} />
          </Form.Item>
        )}
        <Form.Item
          name="reason"
          label={t("answers.note")}
          style={{ marginTop: 16 }}
          rules={accept ? [] : [{ required: true, whitespace: true, message: t("answers.noteNeeded") }]}
        >
          <Input.TextArea rows={3} maxLength={1000} />
        </Form.Item>
      </Form>
      {answer.error && <Wrong error={answer.error} />}
    </Modal>
  );
}
