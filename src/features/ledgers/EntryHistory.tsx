/** All that was done to an entry, the latest first: who, when, why, and of each change what it was before and after. */
import { Timeline } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import { DiffTable } from "#web/ui/DiffTable.tsx";
import { When } from "#web/ui/When.tsx";
import { shownValue } from "./shown-value.types.ts";

type Found = Output<"ledgers.get">;
type Event = Found["history"][number];
type Values = Event["changes"];

/** Each event with what stood there before it. */
function folded(history: readonly Event[]): { event: Event; before: Values; state: string | null }[] {
  let values: Values = {};
  let state: string | null = null;
  return history.map((event) => {
    const one = { event, before: values, state };
    values = { ...values, ...event.changes };
    state = event.state;
    return one;
  });
}

export function EntryHistory({ ledger, found }: { ledger: Ledger; found: Found }) {
  const { t } = useTranslation();
  const fields = new Map(ledger.fields.map((field) => [field.name, field]));
  const shown = (name: string, value: Values[string] | undefined): string => {
    const field = fields.get(name);
    return field ? shownValue(field, value, found.names) : value === null || value === undefined ? "" : JSON.stringify(value);
  };
  return (
    <section>
      <h3>{t("ledgers.history")}</h3>
      <Timeline
        items={folded(found.history)
          .toReversed()
          .map(({ event, before, state }) => {
            const rows = Object.entries(event.changes).map(([name, value]) => ({
              field: name,
              before: shown(name, before[name]),
              after: shown(name, value),
            }));
            if (event.state !== null && state !== null && event.state !== state)
              rows.push({ field: ledger.stateField ?? t("ledgers.state"), before: state, after: event.state });
            return {
              key: event.version,
              content: (
                <>
                  <div>
                    <strong>{t(`ledgers.actions.${event.action}` as never, { defaultValue: event.action })}</strong>{" "}
                    <span className="quiet">
                      <When at={event.at} />　{event.actorName ?? t("ledgers.program")}
                    </span>
                  </div>
                  {event.reason && <div>{t("ledgers.because", { reason: event.reason })}</div>}
                  {event.version > 1 && rows.length > 0 && (
                    <DiffTable label={t("ledgers.changed", { version: event.version })} rows={rows} />
                  )}
                </>
              ),
            };
          })}
      />
    </section>
  );
}
