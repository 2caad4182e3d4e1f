/** Where a record is on its way to the server, and what its author can do if it does not get on. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { reading } from "#web/api/queries.ts";
import { now } from "#web/offline/clock.ts";
import { heldHere, keep, list } from "#web/offline/device.ts";
import { draftsOf, type Outgoing, type RecordDraft } from "#web/offline/kept.types.ts";
import { outboxOf } from "#web/offline/outbox.ts";
import { PlainButton } from "#web/ui/PlainButton.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";

const marks = { waiting: "▲", sending: "◌", sent: "✓", refused: "■" } as const;

/** Back into the form, with what is wrong; it keeps its id, so that nothing can be there twice. */
export async function takeBack(account: number, item: Outgoing): Promise<void> {
  const { id, ledger, ledgerName, title, values, away, faults, campaign } = item;
  await outboxOf(account).hold(id);
  const place = { owner: account, campaign };
  const begun = await list("drafts", place, `${draftsOf(ledger)}~`);
  // Taken back already, and perhaps changed since.
  if (begun.some(({ value }) => (value.content as RecordDraft | null)?.id === id)) return;
  const content: RecordDraft = { id, ledger, ledgerName, title, values, away, ...(faults ? { faults } : {}), resumed: true };
  await keep("drafts", place, `${draftsOf(ledger)}~${id}`, { content, at: now().toISOString() });
}

/** `undoable`: the page offers another way to be rid of it. */
export function Sending({ item, undoable = false }: { item: Outgoing; undoable?: boolean }) {
  const { t } = useTranslation();
  const { modal } = useSayings();
  const navigate = useNavigate();
  const onlyHere = heldHere.use() > 0;
  const { data: me } = useQuery(reading("access.me", {}));
  if (!me) return undefined;
  const outbox = outboxOf(me.id);
  const { state, photos } = item;
  const fix = async (): Promise<void> => {
    await takeBack(me.id, item);
    await navigate({ to: "/c/$campaign/record", params: { campaign: item.campaign }, search: { ledger: item.ledger } });
  };
  const discard = (): void =>
    void modal.confirm({
      title: t("record.dropQuestion"),
      content: t("record.dropWarning"),
      okText: t("record.drop"),
      okButtonProps: { danger: true },
      onOk: () => outbox.remove(item.id),
    });
  return (
    <div className={`sending ${state}`}>
      <p>
        <span aria-hidden className="shape">
          {marks[state]}
        </span>{" "}
        <strong>{t(`record.states.${state}`)}</strong>
        {photos.length > 0 && (
          <span className="quiet parts">
            {t("record.photosSent", { sent: photos.filter(({ sent }) => sent).length, all: photos.length })}
          </span>
        )}
      </p>
      {state === "waiting" && (
        <p className="quiet">
          {item.nextAt === Number.MAX_SAFE_INTEGER
            ? t("record.signInHint")
            : t(onlyHere ? "record.onlyHereHint" : "record.waitingHint")}
        </p>
      )}
      {state === "refused" && (
        <ul className="reasons">
          {item.faults && item.faults.length > 0
            ? item.faults.map(({ reason, suggestion }) => (
                <li key={reason}>{suggestion ? `${reason}（${suggestion}）` : reason}</li>
              ))
            : [<li key="reason">{item.reason ?? t("record.held")}</li>]}
        </ul>
      )}
      {(state === "waiting" || state === "refused") && (
        <div className="sending-acts">
          {item.version === undefined && (
            <PlainButton kind={state === "refused" ? "primary" : undefined} onClick={() => void fix()}>
              {t("record.fix")}
            </PlainButton>
          )}
          <PlainButton onClick={() => void outbox.retry(item.id)}>{t("record.retry")}</PlainButton>
          {!undoable && (
            <PlainButton kind="danger" onClick={discard}>
              {t("record.drop")}
            </PlainButton>
          )}
        </div>
      )}
    </div>
  );
}
