/** The quick form of a ledger: begun with what holds again or was not finished, and kept at every stroke. */
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "#web/api/contract.ts";
import type { Ledger } from "#web/api/definition.ts";
import type { Draft } from "#web/api/draft-keeper.ts";
import { newId } from "#web/api/new-id.ts";
import { useDraft } from "#web/api/use-draft.ts";
import { dayFromToday } from "#web/offline/clock.ts";
import { draftsOf, type RecordDraft, type Values } from "#web/offline/kept.types.ts";
import { DraftOffer } from "#web/ui/DraftOffer.tsx";
import { useSayings } from "#web/ui/use-sayings.ts";
import { QuickForm } from "./QuickForm.tsx";
import { forgetPhotos, keptPhotos, type Photo } from "./kept-photos.tsx";
import { planOf } from "./record-plan.types.ts";

export interface Given {
  account: number;
  campaign: string;
  unit: number;
  ledger: Ledger;
  recent: Output<"ledgers.recent">;
  done: (entry: string) => void;
}

/** One form after another: each that is begun has a draft of its own. */
export function RecordForm(given: Given) {
  const [turn, setTurn] = useState<{ number: number; from?: string | null }>({ number: 0 });
  return (
    <Turn
      key={turn.number}
      {...given}
      from={turn.from}
      next={(from) => setTurn(({ number }) => ({ number: number + 1, from }))}
    />
  );
}

interface Begun {
  record: RecordDraft;
  photos: Photo[];
  /** It was not finished earlier. */
  again: boolean;
}

interface Taken {
  /** Key of the draft to go on with; null begins anew, undefined takes what there is. */
  from: string | null | undefined;
  next: (from: string | null) => void;
}

function Turn({ from, next, ...given }: Given & Taken) {
  const { account, campaign, ledger, recent } = given;
  const { t } = useTranslation();
  const { modal } = useSayings();
  const draft = useDraft<RecordDraft>(campaign, draftsOf(ledger.key));
  const started = useRef(false);
  const [begun, setBegun] = useState<Begun>();
  // Whose record it is goes without saying, but for the top of a campaign, which records for others.
  const own: Values = recent.unit !== null && ledger.unit !== undefined ? { [ledger.unit]: recent.unit } : {};
  const again: Values = { ...own, ...recent.kinds.find((kind) => kind.ledger === ledger.key)?.again };
  const place = { owner: account, campaign };

  const begin = useEffectEvent(async (found: Draft<RecordDraft>[]): Promise<Begun> => {
    const wanted = from === null ? undefined : (found.find(({ key }) => key === from) ?? found[0]);
    if (!wanted) {
      const { day } = planOf(ledger, again);
      const values = { ...again, ...(day ? { [day.name]: dayFromToday() } : {}) };
      const record = { id: newId(), ledger: ledger.key, ledgerName: ledger.name, title: "", values, away: {} };
      return { record, photos: [], again: false };
    }
    const record = { ...wanted.content, resumed: true };
    const photos = await keptPhotos(place, record.id);
    draft.take({ ...wanted, content: record }, photos.length > 0);
    return { record, photos, again: true };
  });
  useEffect(() => {
    if (!draft.found || started.current) return;
    started.current = true;
    void begin(draft.found).then(setBegun);
  }, [draft.found]);

  if (!begun) return undefined;
  const { record, photos } = begun;
  const startOver = (): void =>
    void modal.confirm({
      title: t("record.startOverQuestion"),
      content: t("record.startOverWarning"),
      okText: t("record.startOver"),
      async onOk() {
        void draft.drop();
        await forgetPhotos(place, record.id);
        next(null);
      },
    });
  return (
    <>
      {begun.again && !record.faults?.length && (
        <output className="restored">
          {t("record.restored")}
          <button type="button" className="link" onClick={startOver}>
            {t("record.startOver")}
          </button>
        </output>
      )}
      <DraftOffer
        draft={{ ...draft, found: draft.found?.filter(({ content }) => content.id !== record.id) }}
        take={({ key }) => next(key)}
        dropped={({ id }) => void forgetPhotos(place, id)}
      />
      <QuickForm {...given} again={again} begun={record} photos={photos} draft={draft} />
    </>
  );
}
