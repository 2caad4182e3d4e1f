/** The input of every type of field, empty and filled. */
import { Form } from "antd";
import type { ReactNode } from "react";
import type { FieldType } from "#kernel/definitions.ts";
import { queries, reading } from "../api/queries.ts";
import { FieldInput, type Value } from "../ui/FieldInput.tsx";

const campaign = "gallery";
const unit = { id: 1, name: "东区纪委", code: "U1", kind: "区", level: null, aliases: [], from: null, to: null };

const filled: Record<FieldType, Value> = {
  text: "学习党的二十大精神",
  longtext: "结合本单位实际，开展交流研讨。\n第二次研讨另行安排。",
  integer: 12,
  decimal: 98.5,
  date: "2023-06-15",
  month: "2023-06",
  time: "09:30",
  period: "2023-04-10/2023-07-07",
  boolean: true,
  choice: "集体学习",
  choices: ["集体学习", "交流研讨"],
  unit: 1,
  organ: "市委常委会",
  person: "张晓红",
  people: ["张晓红", "王建国"],
  entry: "XX-2023-001",
  serial: 1,
};

const fieldTypes = Object.keys(filled) as FieldType[];

function Fields({ values }: { values: Partial<Record<FieldType, Value>> }) {
  return (
    <Form layout="vertical" initialValues={values}>
      <div className="gallery-grid">
        {fieldTypes.map((type) => (
          <Form.Item key={type} name={type} label={type} style={{ marginBottom: 8 }}>
            <FieldInput
              campaign={campaign}
              unit={1}
              field={{
                name: type,
                type,
                required: false,
                open: false,
                aliases: [],
                min: 0,
                hidden: false,
                ...(type === "integer" ? { unit: "人" } : {}),
                ...(type.startsWith("choice") ? { values: ["集体学习", "交流研讨"] } : {}),
              }}
            />
          </Form.Item>
        ))}
      </div>
    </Form>
  );
}

queries.setQueryData(reading("units.search", { campaign, text: "" }).queryKey, {
  units: [{ ...unit, below: 0, path: [] }],
});
queries.setQueryData(reading("units.get", { campaign, unit: 1 }).queryKey, { ...unit, above: [], below: [], relations: [] });
queries.setQueryData(reading("people.list", { campaign, unit: 1 }).queryKey, {
  day: "2023-06-15",
  may: false,
  people: [],
});
// They are not asked for again.
queries.setQueryDefaults(["units.search", { campaign, text: "" }], { staleTime: Number.POSITIVE_INFINITY });
queries.setQueryDefaults(["units.get", { campaign, unit: 1 }], { staleTime: Number.POSITIVE_INFINITY });
queries.setQueryDefaults(["people.list", { campaign, unit: 1 }], { staleTime: Number.POSITIVE_INFINITY });
queries.setQueryDefaults(["access.me", {}], { staleTime: Number.POSITIVE_INFINITY });

export const fieldSections: Record<string, () => ReactNode> = {
  fieldsFilled: () => <Fields values={filled} />,
  fieldsEmpty: () => <Fields values={{}} />,
};
