/** One unit becomes several: what each is called, which units below and which people it takes over. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Checkbox, DatePicker, Form, Input, Select } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { reading } from "#web/api/queries.ts";
import { Dialog, useDone, type DialogGiven } from "./UnitDialogs.tsx";
import { longestUnitName } from "./units.types.ts";

interface Filled {
  day: dayjs.Dayjs;
  ends: boolean;
  parts: { name: string; children?: number[]; people?: number[] }[];
}

export function SplitDialog({ campaign, unit, today, close }: DialogGiven) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Filled>();
  const done = useDone(campaign, close);
  const people = useQuery(reading("people.list", { campaign, unit: unit.id })).data?.people ?? [];
  const parts = Form.useWatch("parts", form) ?? [];
  const split = useMutation({
    mutationFn: ({ day, ends, parts: made }: Filled) =>
      ask("units.split", { campaign, unit: unit.id, day: day.format("YYYY-MM-DD"), ends, parts: made }),
    onSuccess: done,
  });
  /** What no other part has taken. */
  const left = (key: "children" | "people", index: number, all: readonly { id: number; name: string }[]) => {
    const taken = new Set(parts.flatMap((part, at) => (at === index ? [] : (part?.[key] ?? []))));
    return all.filter(({ id }) => !taken.has(id)).map(({ id, name }) => ({ value: id, label: name }));
  };
  const posts = people.filter(({ kind }) => kind === "post");
  return (
    <Dialog
      {...{ campaign, unit, close }}
      title={t("units.split")}
      busy={split.isPending}
      error={split.error}
      submit={form.submit}
    >
      <Alert type="warning" title={t("units.splitWords", { name: unit.name })} style={{ marginBottom: 16 }} />
      <Form<Filled>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ day: dayjs(today), ends: false, parts: [{ name: "" }] }}
        onFinish={(given) => split.mutate(given)}
      >
        <Form.Item name="day" label={t("units.day")}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.List name="parts">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }) => (
                <fieldset key={key} className="part" aria-label={t("units.part", { number: name + 1 })}>
                  <Form.Item
                    name={[name, "name"]}
                    label={`${t("units.part", { number: name + 1 })}　${t("units.partName")}`}
                    rules={[
                      { required: true, whitespace: true, message: t("units.choose", { what: t("units.partName") }) },
                      { max: longestUnitName, message: t("units.tooLong", { most: longestUnitName }) },
                    ]}
                  >
                    <Input />
                  </Form.Item>
                  {unit.below.length > 0 && (
                    <Form.Item name={[name, "children"]} label={t("units.partChildren")}>
                      <Select
                        mode="multiple"
                        showSearch={{ optionFilterProp: "label" }}
                        options={left("children", name, unit.below)}
                      />
                    </Form.Item>
                  )}
                  {posts.length > 0 && (
                    <Form.Item name={[name, "people"]} label={t("units.partPeople")}>
                      <Select mode="multiple" showSearch={{ optionFilterProp: "label" }} options={left("people", name, posts)} />
                    </Form.Item>
                  )}
                  {fields.length > 1 && (
                    <Button type="text" size="small" style={{ marginBottom: 8 }} onClick={() => remove(name)}>
                      {t("units.dropPart")}
                    </Button>
                  )}
                </fieldset>
              ))}
              <Button style={{ marginBottom: 16 }} onClick={() => add({ name: "" })}>
                {t("units.addPart")}
              </Button>
            </>
          )}
        </Form.List>
        <Form.Item name="ends" valuePropName="checked">
          <Checkbox>{t("units.ends")}</Checkbox>
        </Form.Item>
      </Form>
    </Dialog>
  );
}
