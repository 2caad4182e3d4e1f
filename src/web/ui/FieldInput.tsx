/** The input for a field, from its definition. Values go in and out as the server has them. */
import { useQuery } from "@tanstack/react-query";
import { AutoComplete, Input, InputNumber, Segmented, Select } from "antd";
import type { FieldDefinition } from "#kernel/definitions.ts";
import { useState } from "react";
import { reading } from "../api/queries.ts";
import { useUnitNames, useUnitsFound } from "./use-units.ts";
import { DayField } from "./DayField.tsx";

export type Value = string | number | boolean | readonly (string | number)[] | null;

interface Given {
  campaign: string;
  field: FieldDefinition;
  /** Whose people are offered. */
  unit: number;
  /** Set by the form. */
  id?: string;
  value?: Value | undefined;
  onChange?: (value: Value) => void;
}

const asText = (value: Value | undefined): string => (value === undefined || value === null ? "" : String(value));

export function FieldInput(given: Given) {
  const { field, value, onChange: change = () => undefined } = given;
  const common = { ...(given.id === undefined ? {} : { id: given.id }), style: { width: "100%" } };
  switch (field.type) {
    case "longtext":
      return (
        <Input.TextArea
          {...common}
          autoSize={{ minRows: 2, maxRows: 10 }}
          {...(field.maxLength ? { maxLength: field.maxLength } : {})}
          value={asText(value)}
          onChange={(event) => change(event.target.value || null)}
        />
      );
    case "integer":
    case "decimal":
      return (
        <InputNumber
          {...common}
          inputMode={field.type === "integer" ? "numeric" : "decimal"}
          precision={field.type === "integer" ? 0 : (field.decimals ?? 2)}
          min={field.min}
          {...(field.max === undefined ? {} : { max: field.max })}
          {...(field.unit ? { suffix: field.unit } : {})}
          value={typeof value === "number" ? value : null}
          onChange={(number) => change(number)}
        />
      );
    case "date":
    case "month":
    case "period":
      return (
        <DayField {...(given.id === undefined ? {} : { id: given.id })} type={field.type} value={asText(value)} change={change} />
      );
    case "boolean":
      return (
        <Segmented
          {...(given.id === undefined ? {} : { id: given.id })}
          value={value === true ? "是" : value === false ? "否" : "未填"}
          options={["是", "否", "未填"]}
          onChange={(word) => change(word === "未填" ? null : word === "是")}
        />
      );
    case "choice":
      return field.open ? (
        <AutoComplete
          {...common}
          allowClear
          value={asText(value)}
          options={(field.values ?? []).map((one) => ({ value: one }))}
          onChange={(text: string | undefined) => change(text ?? null)}
        />
      ) : (
        <Select
          {...common}
          allowClear
          showSearch
          value={asText(value) || null}
          options={(field.values ?? []).map((one) => ({ value: one }))}
          onChange={(text: string | null | undefined) => change(text ?? null)}
        />
      );
    case "choices":
      return (
        <Select
          {...common}
          mode={field.open ? "tags" : "multiple"}
          value={Array.isArray(value) ? [...value] : []}
          options={(field.values ?? []).map((one) => ({ value: one }))}
          onChange={(words: (string | number)[]) => change(words)}
        />
      );
    case "unit":
    case "organ":
      return <UnitInput {...given} />;
    case "person":
    case "people":
      return <PeopleInput {...given} />;
    case "text":
    case "time":
    case "entry":
    case "serial":
      return (
        <Input
          {...common}
          {...(field.maxLength ? { maxLength: field.maxLength } : {})}
          value={asText(value)}
          onChange={(event) => change(event.target.value || null)}
        />
      );
  }
}

/** What was chosen by name is an id; among names that are typed, ids stand as text. */
const idsIn = (chosen: readonly string[], known: readonly { value: string }[]): (string | number)[] =>
  chosen.map((one) => (known.some(({ value }) => value === one) ? Number(one) : one));
const textsOf = (value: Value | undefined): string[] =>
  value === undefined || value === null ? [] : ([value].flat() as (string | number)[]).map(String);

/** Units by name; an organ may also be one that is not listed. */
function UnitInput({ campaign, field, id, value, onChange: change = () => undefined }: Given) {
  const [text, setText] = useState("");
  const { units } = useUnitsFound(campaign, text);
  const names = useUnitNames(campaign, typeof value === "number" ? [value] : []);
  const options = units.map((unit) => ({ value: String(unit.id), label: unit.name }));
  for (const [one, label] of Object.entries(names))
    if (!options.some((listed) => listed.value === one)) options.push({ value: one, label });
  const common = {
    ...(id === undefined ? {} : { id }),
    style: { width: "100%" },
    allowClear: true,
    showSearch: { filterOption: false, onSearch: setText },
    options,
  };
  const choose = (chosen: string[]): void => change(idsIn(chosen, options)[0] ?? null);
  return field.type === "organ" ? (
    <Select<string[]> {...common} mode="tags" maxCount={1} value={textsOf(value)} onChange={choose} />
  ) : (
    <Select<string>
      {...common}
      value={textsOf(value)[0] ?? null}
      onChange={(one: string | undefined) => choose(one ? [one] : [])}
    />
  );
}

/** People of the unit by name, others by what is typed; the server says who it does not know. */
function PeopleInput({ campaign, field, unit, id, value, onChange: change = () => undefined }: Given) {
  const { data } = useQuery(reading("people.list", { campaign, unit }));
  const several = field.type === "people";
  const options = (data?.people ?? []).map((person) => ({ value: String(person.id), label: person.name }));
  return (
    <Select<string[]>
      {...(id === undefined ? {} : { id })}
      style={{ width: "100%" }}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      mode="tags"
      {...(several ? {} : { maxCount: 1 })}
      value={textsOf(value)}
      options={options}
      onChange={(chosen) => change(several ? idsIn(chosen, options) : (idsIn(chosen, options)[0] ?? null))}
    />
  );
}
