/** The quick form of a ledger: begun with what holds again, kept at every stroke, sent through the outbox. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Value } from "#kernel/values/cell.ts";
import type { Output } from "#web/api/contract.ts";
import { newId } from "#web/api/new-id.ts";
import { reading } from "#web/api/queries.ts";
import { dayFromToday, isClockWrong } from "#web/offline/clock.ts";
import type { Draft, Fault, Values } from "#web/offline/device-store.ts";
import { dropDraft, findDraft, keepDraft } from "#web/offline/drafts.ts";
import { outboxOf } from "#web/offline/outbox.ts";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Photos } from "./Photos.tsx";
import { QuickInput } from "./QuickInput.tsx";
import { headline } from "./headline.types.ts";
import { filledIn, fromRoll, planOf } from "./record-plan.types.ts";
import { RollCall } from "./RollCall.tsx";
import { shownValue } from "./shown-value.types.ts";

type Ledger = Output<"campaigns.get">["ledgers"][number];

interface Given {
  account: number;
  campaign: string;
  unit: number;
  ledger: Ledger;
  recent: Output<"ledgers.recent">;
  done: (entry: string) => void;
}

export function RecordForm(given: Given) {
  const { account, campaign, ledger, recent } = given;
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Draft & { faults?: Fault[] }>();
  const [found, setFound] = useState(false);
  // Whose record it is goes without saying, but for the top of a campaign, which records for others.
  const own: Values = recent.unit !== null && ledger.unit !== undefined ? { [ledger.unit]: recent.unit } : {};
  const again: Values = { ...own, ...recent.kinds.find((kind) => kind.ledger === ledger.key)?.again };
  const begin = (): void => {
    const { day } = planOf(ledger, again);
    setFound(false);
    setDraft({
      id: newId(),
      campaign,
      ledger: ledger.key,
      ledgerName: ledger.name,
      title: "",
      values: { ...again, ...(day ? { [day.name]: dayFromToday() } : {}) },
      photos: [],
      away: {},
      at: new Date().toISOString(),
    });
  };
  useEffect(() => {
    findDraft(account, { campaign, ledger: ledger.key }).then((kept) => {
      if (!kept) return begin();
      setFound(true);
      return setDraft(kept);
    }, begin);
    // Once: a form that someone types into begins no second time.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);
  if (!draft) return undefined;
  return (
    <>
      {found && !draft.faults && (
        <output className="restored">
          {t("record.restored")}
          <button type="button" className="link" onClick={() => void dropDraft(account, draft).then(begin)}>
            {t("record.startOver")}
          </button>
        </output>
      )}
      <Filling key={draft.id} {...given} again={again} begun={draft} />
    </>
  );
}

interface Begun {
  /** Values that a new record begins with. */
  again: Values;
  begun: Draft & { faults?: Fault[] };
}

function Filling({ account, campaign, unit, ledger, recent, again, begun, done }: Given & Begun) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const [draft, setDraft] = useState(begun);
  const [faults, setFaults] = useState<readonly Fault[]>(begun.faults ?? []);
  const [unfolded, unfold] = useState(false);
  const sending = useRef(false);
  const [plan] = useState(() => planOf(ledger, again));
  const day = plan.day && String(draft.values[plan.day.name] ?? "");
  // Who is there now is known without a network, too; who was there on another day may not be.
  const roster = useQuery({ ...reading("people.list", { campaign, unit }), enabled: plan.roll.length > 0 });
  const then = useQuery({
    ...reading("people.list", { campaign, unit, day: day ?? "" }),
    enabled: plan.roll.length > 0 && Boolean(day) && day !== roster.data?.day,
  });
  const people = (day === roster.data?.day ? undefined : then.data?.people) ?? roster.data?.people ?? [];
  const faultOf = (name: string): Fault | undefined => faults.find(({ field }) => field === name);

  const change = (next: Partial<Draft>): void => {
    const changed = { ...draft, ...next, at: new Date().toISOString() };
    setDraft(changed);
    void keepDraft(account, { ...changed, title: headline(ledger, filledIn(changed.values)) }).catch(() => undefined);
  };
  const set = (name: string, value: Value): void => {
    setFaults(faults.filter(({ field }) => field !== name));
    change({ values: { ...draft.values, [name]: value } });
  };
  // Numbers of the roll are there from the start, whoever is away; those that someone typed stay.
  const values: Values = { ...draft.values };
  for (const field of plan.roll) values[field.name] ??= fromRoll(field, people, draft.away);

  const submit = async (): Promise<void> => {
    const missing = ledger.fields
      .filter(({ name }) => name === plan.day?.name || [...plan.first, ...plan.rest].some((field) => field.name === name))
      .filter(({ name, required }) => required && filledIn({ [name]: values[name] ?? null })[name] === undefined)
      .map(({ name }) => ({ field: name, reason: t("record.required", { field: name }), suggestion: null }));
    setFaults(missing);
    if (missing.some(({ field }) => plan.rest.some(({ name }) => name === field))) unfold(true);
    if (missing.length > 0) return focusOn(missing[0]?.field);
    // Two quick taps are one.
    if (sending.current) return undefined;
    sending.current = true;
    try {
      await outboxOf(account).add({ ...draft, title: headline(ledger, filledIn(values)), values: filledIn(values) });
      done(draft.id);
    } catch {
      sending.current = false;
      message.error(t("record.keepsNothing"));
    }
  };
  const one = (field: FieldDefinition) => {
    const fault = faultOf(field.name);
    const id = inputId(field.name);
    // Several buttons are no single input that a label could be for.
    const several = field.type === "boolean" || field.type === "choices" || field.type === "people";
    const Box = several ? "fieldset" : "div";
    const name = (
      <>
        {field.name}
        {field.required && (
          <span aria-hidden className="must">
            {" "}
            *
          </span>
        )}
        {field.unit && <span className="quiet">（{field.unit}）</span>}
      </>
    );
    return (
      <Box key={field.name} className={field.type === "longtext" || field.type === "people" ? "field wide" : "field"}>
        {several ? <legend>{name}</legend> : <label htmlFor={id}>{name}</label>}
        <QuickInput
          campaign={campaign}
          field={field}
          unit={unit}
          id={id}
          value={values[field.name]}
          invalid={fault !== undefined}
          change={(value) => set(field.name, value)}
        />
        {fault && (
          <p className="fault" id={`${id}-fault`}>
            {fault.suggestion ? `${fault.reason}（${fault.suggestion}）` : fault.reason}
          </p>
        )}
      </Box>
    );
  };
  const brought = plan.rest
    .filter(({ name }) => again[name] !== undefined && values[name] === again[name])
    .map((field) => `${field.name} ${shownValue(field, again[field.name], recent.names)}`);
  const foldedFault = faults.some(({ field }) => plan.rest.some(({ name }) => name === field));
  return (
    <form
      className="quick-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {faults.length > 0 && (
        <p className="faults" role="alert">
          <span aria-hidden>■</span> {t("record.faults", { count: faults.length })}
          {faults
            .filter(({ field }) => field === undefined || !ledger.fields.some(({ name }) => name === field))
            .map(({ reason }) => `：${reason}`)}
        </p>
      )}
      <div className="fields">
        {plan.day && (
          <div className="day">
            <div className="day-row">
              {one(plan.day)}
              {([0, -1] as const).map((days) => (
                <button
                  key={days}
                  type="button"
                  className="pick"
                  aria-pressed={day === dayFromToday(days)}
                  onClick={() => set(plan.day?.name ?? "", dayFromToday(days))}
                >
                  {days === 0 ? t("record.today") : t("record.yesterday")}
                </button>
              ))}
            </div>
            {isClockWrong() && <p className="quiet">{t("record.clock", { day: dayFromToday() })}</p>}
          </div>
        )}
        {plan.first.map(one)}
      </div>
      <Photos photos={draft.photos} change={(photos) => change({ photos })} />
      {plan.roll.length > 0 && !roster.isPending && (
        <RollCall
          fields={plan.roll}
          people={people}
          away={draft.away}
          values={values}
          call={(away, filled) => change({ away, values: { ...draft.values, ...filled } })}
          type={(name, text) => set(name, text)}
        />
      )}
      {plan.rest.length > 0 && (
        <details className="more" open={unfolded || foldedFault} onToggle={(event) => unfold(event.currentTarget.open)}>
          <summary>
            {t("record.more", { count: plan.rest.length })}
            {brought.length > 0 && (
              <span className="quiet brought">
                {t("record.broughtAlong")}
                {brought.join("；")}
              </span>
            )}
          </summary>
          <div className="fields">{plan.rest.map(one)}</div>
        </details>
      )}
      <div className="submit-bar">
        <Button type="primary" htmlType="submit" size="large" block>
          {t("record.submit")}
        </Button>
      </div>
    </form>
  );
}

const inputId = (name: string): string => `field-${name}`;

const focusOn = (name: string | undefined): void =>
  // After the fold has opened.
  void requestAnimationFrame(() => {
    const input = document.getElementById(inputId(name ?? ""));
    input?.scrollIntoView({ block: "center" });
    input?.focus();
  });
