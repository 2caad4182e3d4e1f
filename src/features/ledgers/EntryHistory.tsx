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

/** What the people whom it names said and asked, and what they were answered. */
function useSaid({
  responses,
  corrections,
}: Found): { key: string; at: string; who: string; what: string; words: string | null }[] {
  const { t } = useTranslation();
  const said = responses.flatMap(({ person, earlier, ...last }) =>
    [last, ...earlier].map(({ version, at }) => ({
      key: `${person}${version}`,
      at,
      who: person,
      what: t("answers.said"),
      words: null,
    })),
  );
  const asked = corrections.flatMap(({ id, field, steps }) =>
    steps.map(({ step, words, who, at }) => ({
      key: `${id}${step}`,
      at,
      who,
      what: t(`answers.steps.${step}`, { field }),
      words,
    })),
  );
  return [...said, ...asked];
}

export function EntryHistory({ ledger, found }: { ledger: Ledger; found: Found }) {
  const { t } = useTranslation();
  const said = useSaid(found);
  const fields = new Map(ledger.fields.map((field) => [field.name, field]));
  const shown = (name: string, value: Values[string] | undefined): string => {
    const field = fields.get(name);
    return field ? shownValue(field, value, found.names) : value === null || value === undefined ? "" : JSON.stringify(value);
  };
  return (
    <section>
      <h3>{t("ledgers.history")}</h3>
      <Timeline
        items={[
          ...folded(found.history)
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
                key: String(event.version),
                at: event.at,
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
            }),
          ...said.map(({ key, at, who, what, words }) => ({
            key,
            at,
            content: (
              <>
                <div>
                  <strong>{what}</strong>{" "}
                  <span className="quiet">
                    <When at={at} />　{who}
                  </span>
                </div>
                {words !== null && <div>{words}</div>}
              </>
            ),
          })),
        ]
          .toSorted((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0))
          .map(({ key, content }) => ({ key, content }))}
      />
    </section>
  );
}
