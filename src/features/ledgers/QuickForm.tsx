/** The quick form itself: the day, what must be filled in, photos, the roll, the rest folded; sent through the outbox. */
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldDefinition } from "#kernel/definitions.ts";
import type { Value } from "#kernel/values/cell.ts";
import { dropDraft } from "#web/api/draft-keeper.ts";
import { reading } from "#web/api/queries.ts";
import type { Drafting } from "#web/api/use-draft.ts";
import { dayFromToday, isClockWrong } from "#web/offline/clock.ts";
import { forget, list } from "#web/offline/device.ts";
import { draftsOf, type RecordDraft, type Values } from "#web/offline/kept.types.ts";
import { outboxOf } from "#web/offline/outbox.ts";
import { DraftState } from "#web/ui/DraftOffer.tsx";
import { headline } from "./headline.types.ts";
import { Photos } from "./Photos.tsx";
import { keepPhotos, type Photo } from "./kept-photos.tsx";
import { QuickField, inputId } from "./QuickField.tsx";
import { filledIn, fromRoll, planOf } from "./record-plan.types.ts";
import type { Given } from "./RecordForm.tsx";
import { RollCall } from "./RollCall.tsx";
import { shownValue } from "./shown-value.types.ts";
import "./quick-form.css";

interface Begun {
  /** Values that a new record begins with. */
  again: Values;
  begun: RecordDraft;
  photos: Photo[];
  draft: Drafting<RecordDraft>;
}

export function QuickForm({ account, campaign, unit, ledger, recent, again, begun, photos: taken, draft, done }: Given & Begun) {
  const { t } = useTranslation();
  const place = { owner: account, campaign };
  const [record, setRecord] = useState(begun);
  const [photos, setPhotos] = useState(taken);
  const [unfolded, unfold] = useState(false);
  const sending = useRef(false);
  const [plan] = useState(() => planOf(ledger, again));
  const day = plan.day && String(record.values[plan.day.name] ?? "");
  // Who is there now is known without a network, too; who was there on another day may not be.
  const roster = useQuery({ ...reading("people.list", { campaign, unit }), enabled: plan.roll.length > 0 });
  const then = useQuery({
    ...reading("people.list", { campaign, unit, day: day ?? "" }),
    enabled: plan.roll.length > 0 && Boolean(day) && day !== roster.data?.day,
  });
  const people = (day === roster.data?.day ? undefined : then.data?.people) ?? roster.data?.people ?? [];
  const faults = record.faults ?? [];

  const keepNow = (changed: RecordDraft, with_: readonly Photo[]): void =>
    draft.keep({ ...changed, title: headline(ledger, filledIn(changed.values)) }, with_.length > 0);
  const change = (next: Partial<RecordDraft>): void => {
    const changed = { ...record, ...next };
    setRecord(changed);
    keepNow(changed, photos);
  };
  const set = (name: string, value: Value): void =>
    change({ values: { ...record.values, [name]: value }, faults: faults.filter(({ field }) => field !== name) });
  const setPhotosTo = (next: Photo[]): void => {
    setPhotos(next);
    keepNow(record, next);
  };
  // Numbers of the roll are there from the start, whoever is away; those that someone typed stay.
  const values: Values = { ...record.values };
  for (const field of plan.roll) values[field.name] ??= fromRoll(field, people, record.away);

  const submit = async (): Promise<void> => {
    const missing = ledger.fields
      .filter(({ name }) => name === plan.day?.name || [...plan.first, ...plan.rest].some((field) => field.name === name))
      .filter(({ name, required }) => required && filledIn({ [name]: values[name] ?? null })[name] === undefined)
      .map(({ name }) => ({ field: name, reason: t("record.required", { field: name }), suggestion: null }));
    setRecord({ ...record, faults: missing });
    if (missing.some(({ field }) => plan.rest.some(({ name }) => name === field))) unfold(true);
    if (missing.length > 0) return focusOn(missing[0]?.field);
    // Two quick taps are one.
    if (sending.current) return undefined;
    sending.current = true;
    const { faults: _mended, ...sound } = record;
    await outboxOf(account).add(campaign, { ...sound, title: headline(ledger, filledIn(values)), values: filledIn(values) });
    void draft.drop().then(() => dropSame(record.id));
    return done(record.id);
  };
  /** Another tab may have a draft of the same record. */
  const dropSame = async (id: string): Promise<void> => {
    for (const { key, value } of await list("drafts", place, `${draftsOf(ledger.key)}~`))
      if ((value.content as RecordDraft | null)?.id === id) await dropDraft(place, key);
  };
  const one = (field: FieldDefinition) => (
    <QuickField
      key={field.name}
      campaign={campaign}
      field={field}
      unit={unit}
      value={values[field.name]}
      fault={faults.find((fault) => fault.field === field.name)}
      change={(value) => set(field.name, value)}
    />
  );
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
      <Photos
        photos={photos}
        add={async (files) => setPhotosTo([...photos, ...(await keepPhotos(place, record.id, files))])}
        remove={({ key }) => {
          void forget("files", place, key);
          setPhotosTo(photos.filter((photo) => photo.key !== key));
        }}
      />
      {plan.roll.length > 0 && !roster.isPending && (
        <RollCall
          fields={plan.roll}
          people={people}
          away={record.away}
          values={values}
          call={(away, filled) => change({ away, values: { ...record.values, ...filled } })}
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
      <DraftState state={draft.state} />
      <div className="submit-bar">
        <Button type="primary" htmlType="submit" size="large" block>
          {t("record.submit")}
        </Button>
      </div>
    </form>
  );
}

const focusOn = (name: string | undefined): void =>
  // After the fold has opened.
  void requestAnimationFrame(() => {
    const input = document.getElementById(inputId(name ?? ""));
    input?.scrollIntoView({ block: "center" });
    input?.focus();
  });
