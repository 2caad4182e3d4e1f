/** What one column must hold, by its kind; and the order of the list by it. */
import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Segmented, Select, Space } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Ledger } from "#web/api/definition.ts";
import { useUnitNames, useUnitsFound } from "#web/ui/use-units.ts";
import type { Condition } from "./filter.types.ts";

interface Given {
  campaign: string;
  ledger: Ledger;
  field: FieldDefinition;
  condition: Condition | undefined;
  /** Undefined takes the condition away. */
  apply: (condition: Condition | undefined) => void;
  order: "asc" | "desc" | undefined;
  sort: (order: "asc" | "desc" | undefined) => void;
}

export function FilterForm({ campaign, ledger, field, condition, apply, order, sort }: Given) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<Condition>(condition ?? {});
  const blank = wanted.empty === undefined ? "any" : wanted.empty ? "empty" : "filled";
  const set = (next: Condition): void =>
    setWanted(Object.fromEntries(Object.entries({ ...wanted, ...next }).filter(([, one]) => one !== undefined)) as Condition);
  return (
    <Form layout="vertical" className="filter-form" onFinish={() => apply(Object.keys(wanted).length === 0 ? undefined : wanted)}>
      {!field.encrypted && (
        <Form.Item label={t("ledgers.order.title")}>
          <Segmented<string>
            block
            value={order ?? "none"}
            options={(["none", "asc", "desc"] as const).map((value) => ({ value, label: t(`ledgers.order.${value}`) }))}
            onChange={(value) => sort(value === "none" ? undefined : (value as "asc" | "desc"))}
          />
        </Form.Item>
      )}
      <Values campaign={campaign} ledger={ledger} field={field} wanted={wanted} set={set} />
      <Form.Item label={t("ledgers.filter.blank")}>
        <Segmented<string>
          block
          value={blank}
          options={(["any", "filled", "empty"] as const).map((value) => ({ value, label: t(`ledgers.filter.${value}`) }))}
          onChange={(value) => set({ empty: value === "any" ? undefined : value === "empty" })}
        />
      </Form.Item>
      <Space>
        <Button type="primary" htmlType="submit">
          {t("ledgers.filter.apply")}
        </Button>
        <Button onClick={() => apply(undefined)} disabled={condition === undefined}>
          {t("ledgers.filter.clear")}
        </Button>
      </Space>
    </Form>
  );
}

interface Part {
  campaign: string;
  ledger: Ledger;
  field: FieldDefinition;
  wanted: Condition;
  set: (next: Condition) => void;
}

function Values({ campaign, ledger, field, wanted, set }: Part) {
  const { t } = useTranslation();
  const listed =
    field.name === ledger.stateField ? ledger.lifecycle?.states : field.type === "boolean" ? ["是", "否"] : field.values;
  if (field.encrypted)
    return (
      <Form.Item label={t("ledgers.filter.whole")} extra={t("ledgers.filter.wholeHint")}>
        <Input
          allowClear
          maxLength={200}
          autoComplete="off"
          aria-label={t("ledgers.filter.whole")}
          value={typeof wanted.is?.[0] === "string" ? wanted.is[0] : ""}
          onChange={(event) => set({ is: event.target.value ? [event.target.value] : undefined })}
        />
      </Form.Item>
    );
  if (field.derive === undefined && (field.type === "unit" || field.type === "organ"))
    return <Units campaign={campaign} wanted={wanted} set={set} />;
  if (field.type === "integer" || field.type === "decimal")
    return (
      <Form.Item label={t("ledgers.filter.between")}>
        <Space.Compact block>
          {(["from", "to"] as const).map((end) => (
            <InputNumber
              key={end}
              style={{ width: "50%" }}
              aria-label={t(`ledgers.filter.${end}`)}
              placeholder={t(`ledgers.filter.${end}`)}
              value={typeof wanted[end] === "number" ? wanted[end] : null}
              onChange={(number) => set({ [end]: number ?? undefined })}
            />
          ))}
        </Space.Compact>
      </Form.Item>
    );
  if (field.derive === undefined && (field.type === "date" || field.type === "month")) {
    const format = field.type === "date" ? "YYYY-MM-DD" : "YYYY-MM";
    const day = (end: "from" | "to") => (typeof wanted[end] === "string" ? dayjs(wanted[end]) : null);
    return (
      <Form.Item label={t("ledgers.filter.between")}>
        <DatePicker.RangePicker
          picker={field.type}
          allowEmpty
          value={[day("from"), day("to")]}
          onChange={(days) => set({ from: days?.[0]?.format(format), to: days?.[1]?.format(format) })}
        />
      </Form.Item>
    );
  }
  if (listed && listed.length <= 40)
    return (
      <Form.Item label={t("ledgers.filter.oneOf")}>
        <Checkbox.Group
          className="filter-values"
          value={(wanted.is ?? []).map(String)}
          options={listed.map((value) => ({ value, label: value }))}
          onChange={(values) => set({ is: values.length === 0 ? undefined : values })}
        />
      </Form.Item>
    );
  return (
    <Form.Item label={t("ledgers.filter.contains")}>
      <Input
        allowClear
        maxLength={200}
        aria-label={t("ledgers.filter.contains")}
        value={wanted.contains ?? ""}
        onChange={(event) => set({ contains: event.target.value || undefined })}
      />
    </Form.Item>
  );
}

function Units({ campaign, wanted, set }: Pick<Part, "campaign" | "wanted" | "set">) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const chosen = (wanted.is ?? []).filter((one) => typeof one === "number");
  const names = useUnitNames(campaign, chosen);
  const found = useUnitsFound(campaign, text);
  const options = new Map([
    ...chosen.map((id) => [id, names[id] ?? ""] as const),
    ...found.units.map(({ id, name }) => [id, name] as const),
  ]);
  return (
    <Form.Item label={t("ledgers.filter.oneOf")}>
      <Select
        mode="multiple"
        allowClear
        aria-label={t("ledgers.filter.oneOf")}
        showSearch={{ filterOption: false, onSearch: setText }}
        loading={found.pending}
        value={chosen}
        options={[...options].map(([value, label]) => ({ value, label }))}
        onChange={(ids: number[]) => set({ is: ids.length === 0 ? undefined : ids })}
      />
    </Form.Item>
  );
}
