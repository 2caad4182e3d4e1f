/** The lines around the text: number, receivers, attachments, date. Shared like the text itself, a line at a time. */
import { DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { Doc } from "yjs";
import { headFields, type HeadField } from "./draft.types.ts";

const several = new Set<HeadField>(["attachments", "copies"]);

export function HeadForm({ doc, editable }: { doc: Doc; editable: boolean }) {
  const { t } = useTranslation();
  const lines = doc.getMap<string>("head");
  const state = useSyncExternalStore(
    (then) => {
      lines.observe(then);
      return () => lines.unobserve(then);
    },
    () => JSON.stringify(lines.toJSON()),
  );
  const values = JSON.parse(state) as Partial<Record<HeadField, string>>;
  const set = (field: HeadField, value: string): void => void ((values[field] ?? "") !== value && lines.set(field, value));
  return (
    <div className="figure-settings">
      {headFields.map((field) => (
        <label key={field}>
          <span>{t(`documents.fields.${field}`)}</span>
          {field === "date" ? (
            <DatePicker
              disabled={!editable}
              allowClear={false}
              value={values.date ? dayjs(values.date) : null}
              onChange={(day) => day && set("date", day.format("YYYY-MM-DD"))}
            />
          ) : several.has(field) ? (
            <Input.TextArea
              key={values[field] ?? ""}
              disabled={!editable}
              autoSize={{ minRows: 2 }}
              defaultValue={values[field] ?? ""}
              onBlur={(event) => set(field, event.target.value)}
            />
          ) : (
            <Input
              key={values[field] ?? ""}
              disabled={!editable}
              defaultValue={values[field] ?? ""}
              onBlur={(event) => set(field, event.target.value)}
            />
          )}
        </label>
      ))}
    </div>
  );
}
