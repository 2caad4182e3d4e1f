/** The input for a field by the browser's own means: quick on a phone, with its keyboards and pickers. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Value } from "#kernel/values/cell.ts";
import { reading } from "#web/api/queries.ts";
import { useUnitNames, useUnitsFound } from "#web/ui/use-units.ts";

interface Given {
  campaign: string;
  field: FieldDefinition;
  unit: number;
  id: string;
  value: Value | undefined;
  invalid: boolean;
  change: (value: Value) => void;
}

const kinds: Partial<Record<FieldDefinition["type"], string>> = { date: "date", month: "month", time: "time" };
const asText = (value: Value | undefined): string => (value === undefined || value === null ? "" : String(value));

export function QuickInput(given: Given) {
  const { t } = useTranslation();
  const { field, id, value, invalid, change } = given;
  const common = {
    id,
    "aria-invalid": invalid,
    "aria-describedby": invalid ? `${id}-fault` : undefined,
    "aria-required": field.required,
  };
  const length = field.maxLength ? { maxLength: field.maxLength } : {};
  switch (field.type) {
    case "longtext":
      return <textarea {...common} {...length} rows={3} value={asText(value)} onChange={(event) => change(event.target.value)} />;
    case "integer":
    case "decimal":
      return (
        <input
          {...common}
          inputMode={field.type === "integer" ? "numeric" : "decimal"}
          value={asText(value)}
          onChange={(event) => change(event.target.value)}
        />
      );
    case "boolean":
      return (
        <span className="picks">
          {([true, false] as const).map((one) => (
            <button
              key={String(one)}
              type="button"
              aria-pressed={value === one}
              className="pick"
              onClick={() => change(value === one ? null : one)}
            >
              {one ? t("record.yes") : t("record.no")}
            </button>
          ))}
        </span>
      );
    case "choice":
      return field.open ? (
        <Suggesting {...given} options={(field.values ?? []).map((name) => ({ name }))} />
      ) : (
        <select {...common} value={asText(value)} onChange={(event) => change(event.target.value || null)}>
          <option value="">{t("record.choose")}</option>
          {field.values?.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      );
    case "choices":
      return <Ticks {...given} options={(field.values ?? []).map((name) => ({ id: name, name }))} />;
    case "unit":
    case "organ":
      return <Units {...given} />;
    case "person":
    case "people":
      return <People {...given} />;
    default:
      return (
        <input
          {...common}
          {...length}
          type={kinds[field.type] ?? "text"}
          value={asText(value)}
          onChange={(event) => change(event.target.value || null)}
        />
      );
  }
}

/** Free text with suggestions; what is named exactly goes out as its id. */
function Suggesting({
  field,
  id,
  value,
  invalid,
  change,
  options,
}: Given & { options: readonly { id?: number; name: string }[] }) {
  const shown = typeof value === "number" ? (options.find((one) => one.id === value)?.name ?? "") : asText(value);
  return (
    <>
      <input
        id={id}
        list={`${id}-list`}
        aria-invalid={invalid}
        aria-describedby={invalid ? `${id}-fault` : undefined}
        aria-required={field.required}
        autoComplete="off"
        value={shown}
        onChange={({ target }) => {
          const known = options.find(({ name }) => name === target.value);
          change(known?.id ?? (target.value || null));
        }}
      />
      <datalist id={`${id}-list`}>
        {options.map((one) => (
          <option key={one.id ?? one.name}>{one.name}</option>
        ))}
      </datalist>
    </>
  );
}

/** Several of a few, each a tap. */
function Ticks({
  value,
  change,
  options,
}: Pick<Given, "value" | "change"> & { options: readonly { id: string | number; name: string }[] }) {
  const chosen: readonly (string | number)[] = Array.isArray(value) ? value : [];
  return (
    <span className="picks">
      {options.map((one) => (
        <button
          key={one.id}
          type="button"
          className="pick"
          aria-pressed={chosen.includes(one.id)}
          onClick={() => change(chosen.includes(one.id) ? chosen.filter((other) => other !== one.id) : [...chosen, one.id])}
        >
          {one.name}
        </button>
      ))}
    </span>
  );
}

/** Without a network those are offered that are offered at first; any other name is known once it is sent. */
function Units({ campaign, value, change, ...given }: Given) {
  const [text, setText] = useState("");
  const first = useUnitsFound(campaign, "").units;
  const found = useUnitsFound(campaign, text).units;
  const names = useUnitNames(campaign, typeof value === "number" ? [value] : []);
  const options = new Map([...first, ...found].map(({ id, name }) => [id, name]));
  for (const [id, name] of Object.entries(names)) options.set(Number(id), name);
  const type = (next: Value): void => {
    if (typeof next === "string") setText(next);
    change(next);
  };
  return (
    <Suggesting
      {...given}
      campaign={campaign}
      value={value}
      change={type}
      options={[...options].map(([id, name]) => ({ id, name }))}
    />
  );
}

function People(given: Given) {
  const { data } = useQuery(reading("people.list", { campaign: given.campaign, unit: given.unit }));
  const options = data?.people ?? [];
  return given.field.type === "people" ? <Ticks {...given} options={options} /> : <Suggesting {...given} options={options} />;
}
