/** The steps that the state allows. One that needs fields or a reason asks for them; one that one may not take says why. */
import { useMutation } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { queries } from "#web/api/queries.ts";
import { FieldInput, type Value } from "#web/ui/FieldInput.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";

type Found = Output<"ledgers.get">;
type Step = Found["transitions"][number];

interface Given {
  campaign: string;
  ledger: Ledger;
  found: Found;
}

export function EntrySteps({ campaign, ledger, found }: Given) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Step>();
  const [form] = Form.useForm<{ reason?: string; values?: Record<string, Value> }>();
  const take = useMutation({
    mutationFn: async ({ step, reason, values }: { step: Step; reason?: string; values?: Record<string, Value> }) => {
      const { id, version } = found.entry;
      const filled = Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined));
      const changed =
        Object.keys(filled).length === 0
          ? version
          : (await ask("ledgers.change", { campaign, entry: id, version, values: filled as Found["entry"]["values"] })).entry
              .version;
      return ask("ledgers.move", {
        campaign,
        entry: id,
        version: changed,
        transition: step.name,
        ...(reason === undefined ? {} : { reason }),
      });
    },
    onSuccess: () => setAsking(undefined),
    onSettled: () => queries.invalidateQueries(),
  });
  const state = found.entry.state;
  if (state === null && found.transitions.length === 0) return undefined;
  const begin = (step: Step): void => {
    take.reset();
    form.resetFields();
    if (step.reason || step.fields.length > 0) setAsking(step);
    else take.mutate({ step });
  };
  const missing = ledger.fields.filter(({ name }) => asking?.fields.includes(name));
  const mayFill = found.may.includes("edit");
  return (
    <section className="steps">
      <h3>{t("ledgers.sections.steps")}</h3>
      <p>{t("ledgers.steps.now", { state: state ?? "" })}</p>
      {found.transitions.length === 0 && <p className="quiet">{t("ledgers.steps.none")}</p>}
      <ul className="step-list">
        {found.transitions.map((step) => (
          <li key={step.name}>
            <Button
              disabled={!step.allowed || (step.fields.length > 0 && !mayFill)}
              loading={take.isPending && take.variables.step.name === step.name}
              onClick={() => begin(step)}
            >
              {step.name}
            </Button>
            <span className="quiet">
              {step.why ?? t("ledgers.steps.to", { state: step.to })}
              {step.allowed && step.fields.length > 0 && t("ledgers.steps.needs", { fields: step.fields.join("、") })}
              {step.allowed && step.reason && t("ledgers.steps.needsReason")}
            </span>
          </li>
        ))}
      </ul>
      {take.error && !asking && <Wrong error={take.error} />}
      {asking && (
        <Modal
          open
          title={asking.name}
          okText={asking.name}
          confirmLoading={take.isPending}
          onOk={() => form.submit()}
          onCancel={() => setAsking(undefined)}
        >
          <Form
            form={form}
            layout="vertical"
            requiredMark={false}
            onFinish={({ reason, values }) =>
              take.mutate({ step: asking, ...(reason === undefined ? {} : { reason }), ...(values ? { values } : {}) })
            }
          >
            {missing.map((field) => (
              <Form.Item
                key={field.name}
                name={["values", field.name]}
                label={field.name}
                rules={[{ required: true, message: t("ledgers.required", { field: field.name }) }]}
              >
                <FieldInput campaign={campaign} field={field} unit={found.entry.unit} />
              </Form.Item>
            ))}
            {asking.reason && (
              <Form.Item
                name="reason"
                label={t("ledgers.reason")}
                rules={[{ required: true, whitespace: true, message: t("ledgers.reason") }]}
              >
                <Input.TextArea rows={3} maxLength={1000} showCount />
              </Form.Item>
            )}
          </Form>
          {take.error && (
            <Space>
              <Wrong error={take.error} />
            </Space>
          )}
        </Modal>
      )}
    </section>
  );
}
