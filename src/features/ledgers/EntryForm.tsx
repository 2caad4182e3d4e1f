/** Filling in an entry: the form that its ledger's definition makes, with each fault beside its field. */
import { Button, Form, Space } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "#web/api/client.ts";
import type { Ledger } from "#web/api/definition.ts";
import { useDraft } from "#web/api/use-draft.ts";
import { DraftOffer, DraftState } from "#web/ui/DraftOffer.tsx";
import { FieldInput, type Value } from "#web/ui/FieldInput.tsx";
import { Wrong } from "#web/ui/Wrong.tsx";
import { isFilledIn } from "./shown-value.types.ts";

type Values = Record<string, Value | undefined>;
interface Fault {
  field?: string;
  reason: string;
  suggestion: string | null;
}

interface Given {
  campaign: string;
  /** What its draft is kept under. */
  draftKey: string;
  ledger: Ledger;
  unit: number;
  values: Values;
  error: Error | null;
  busy: boolean;
  /** Takes what was changed only; null empties a field. */
  save: (changed: Record<string, Value>) => Promise<unknown>;
  cancel: () => void;
}

export function EntryForm({ campaign, draftKey, ledger, unit, values, error, busy, save, cancel }: Given) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Values>();
  const draft = useDraft<Record<string, Value>>(campaign, draftKey);
  const faults = error instanceof Problem ? ((error.details["faults"] ?? []) as Fault[]) : [];
  useEffect(() => {
    // The place of a fault is its field; the first one is brought into view.
    form.setFields(
      faults.flatMap(({ field, reason, suggestion }) =>
        field === undefined ? [] : [{ name: field, errors: [suggestion ? `${reason}（${suggestion}）` : reason] }],
      ),
    );
    const first = faults.find(({ field }) => field !== undefined)?.field;
    if (first !== undefined) form.scrollToField(first, { block: "center" });
    // Faults come with the error.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [error]);
  const changedIn = (filled: Values): Record<string, Value> => {
    const changed: Record<string, Value> = {};
    for (const [name, value] of Object.entries(filled))
      if (JSON.stringify(value ?? null) !== JSON.stringify(values[name] ?? null)) changed[name] = value ?? null;
    return changed;
  };
  // A refusal is shown by whoever saves; the draft stays.
  const finish = (filled: Values): void =>
    void save(changedIn(filled)).then(
      () => draft.drop(),
      () => undefined,
    );
  const wide = (type: string): boolean => type === "longtext" || type === "people" || type === "choices";
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      initialValues={values}
      onFinish={finish}
      onValuesChange={(_, filled) => draft.keep(changedIn(filled))}
      scrollToFirstError={{ block: "center" }}
      disabled={busy}
    >
      <DraftOffer draft={draft} take={(one) => form.setFieldsValue(draft.take(one))} />
      <div className="entry-fields">
        {ledger.fields
          .filter((field) => isFilledIn(field, ledger.stateField))
          .map((field) => (
            <Form.Item
              key={field.name}
              name={field.name}
              label={field.name}
              {...(field.description ? { tooltip: field.description } : {})}
              {...(field.mask && values[field.name] ? { extra: t("ledgers.masked.retype") } : {})}
              className={wide(field.type) ? "wide" : ""}
              rules={field.required ? [{ required: true, message: t("ledgers.required", { field: field.name }) }] : []}
            >
              <FieldInput campaign={campaign} field={field} unit={unit} />
            </Form.Item>
          ))}
      </div>
      {error && (faults.length === 0 || faults.some(({ field }) => field === undefined)) && <Wrong error={error} />}
      <Space style={{ marginTop: 16 }}>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("save")}
        </Button>
        <Button disabled={busy} onClick={cancel}>
          {t("cancel")}
        </Button>
        <DraftState state={draft.state} />
      </Space>
    </Form>
  );
}
