/** Who of the unit is there: everyone, until a tap says otherwise; the numbers follow and may be typed over. */
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Values } from "#web/offline/kept.types.ts";
import { fromRoll, type Away } from "./record-plan.types.ts";
import "./roll-call.css";

interface Given {
  fields: readonly FieldDefinition[];
  people: readonly { id: number; name: string }[];
  away: Away;
  values: Values;
  /** Who is away, and what that makes of the fields. */
  call: (away: Away, values: Values) => void;
  type: (field: string, value: string) => void;
}

/** A roster that need not be unfolded to be seen whole on a phone. */
const few = 18;
const marks = { present: "✓", excused: "△", absent: "✕" } as const;

export function RollCall({ fields, people, away, values, call, type }: Given) {
  const { t } = useTranslation();
  const excusable = fields.some(({ attendance }) => attendance === "excused");
  const become = (next: Away): void =>
    call(next, Object.fromEntries(fields.map((field) => [field.name, fromRoll(field, people, next)])));
  const tap = (id: number): void => {
    const { [id]: now, ...others } = away;
    if (now === "absent") return become(others);
    become({ ...others, [id]: now === undefined && excusable ? "excused" : "absent" });
  };
  return (
    <fieldset className="roll">
      <legend>{t("record.roll")}</legend>
      <div className="roll-numbers">
        {fields
          .filter((field) => field.type === "integer")
          .map(({ name, unit }) => (
            <label key={name}>
              {name}
              <span>
                <input
                  className="number"
                  inputMode="numeric"
                  value={String(values[name] ?? "")}
                  onChange={(event) => type(name, event.target.value)}
                />
                {unit}
              </span>
            </label>
          ))}
      </div>
      {people.length === 0 ? (
        <p className="quiet roll-hint">{t("record.noRoster")}</p>
      ) : (
        <details open={people.length <= few || Object.keys(away).length > 0}>
          <summary>{t("record.rollOpen", { count: people.length })}</summary>
          <p className="quiet roll-hint">
            <span>{excusable ? t("record.rollHintExcused") : t("record.rollHint")}</span>
            {Object.keys(away).length > 0 && (
              <button type="button" className="link" onClick={() => become({})}>
                {t("record.allPresent")}
              </button>
            )}
          </p>
          <ul className="roll-people">
            {people.map(({ id, name }) => {
              const status = away[id] ?? "present";
              return (
                <li key={id}>
                  <button
                    type="button"
                    className={`person ${status}`}
                    aria-label={t("record.status", { name, status: t(`record.${status}`) })}
                    onClick={() => tap(id)}
                  >
                    <span className="name">{name}</span>
                    <span className="status">
                      <span aria-hidden>{marks[status]}</span> {t(`record.${status}`)}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        </details>
      )}
    </fieldset>
  );
}
