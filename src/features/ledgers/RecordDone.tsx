/** What became of a record just made: where it is on its way, and what to do next. */
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import type { Ledger } from "#web/api/definition.ts";
import { queries } from "#web/api/queries.ts";
import { heldHere } from "#web/offline/device.ts";
import { outboxOf } from "#web/offline/outbox.ts";
import { useOutbox } from "#web/offline/use-outbox.ts";
import { useSayings } from "#web/ui/use-sayings.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { Sending, takeBack } from "./Sending.tsx";

interface Given {
  account: number;
  campaign: string;
  ledger: Ledger;
  entry: string;
  go: (search: { ledger?: string | undefined; done?: string | undefined }) => void;
}

export function RecordDone({ account, campaign, ledger, entry, go }: Given) {
  const { t } = useTranslation();
  const { message } = useSayings();
  const onlyHere = heldHere.use() > 0;
  const outbox = useOutbox(account);
  const item = outbox?.find(({ id }) => id === entry);
  const toMend = item?.state === "refused" && item.version === undefined && (item.faults ?? []).length > 0 ? item : undefined;
  useEffect(() => {
    // What the server does not take is shown where it was typed.
    if (toMend) void takeBack(account, toMend).then(() => go({ ledger: ledger.key }));
    // Once for each refusal.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [toMend?.id, toMend?.tries]);
  const undo = useMutation({
    mutationFn: async () => {
      if (item?.version !== undefined)
        await ask("ledgers.delete", { campaign, entry, version: item.version, reason: t("record.undoReason") });
      await outboxOf(account).remove(entry);
    },
    onSuccess: async () => {
      message.success(t("record.undone"));
      go({});
      await queries.invalidateQueries();
    },
  });
  const number = item && ledger.identity.map((name) => item.values[name]).find((value) => value !== undefined && value !== null);
  if (!outbox || toMend) return undefined;
  const arrived = item?.version !== undefined || !item;
  // On its way it may have arrived without our knowing; then it is for the ledger to take it back.
  const undoable =
    item !== undefined &&
    (item.version === undefined ? item.tries === 0 : item.state === "sent" && ledger.may.includes("delete"));
  return (
    <div className="done">
      <p className={arrived ? "done-mark" : "done-mark local"} aria-hidden>
        ✓
      </p>
      <h2>
        <output>{t(arrived ? "record.done" : onlyHere ? "record.onlyHere" : "record.saved")}</output>
      </h2>
      <p>{[item?.title, number].filter(Boolean).join("　")}</p>
      {item && <Sending item={item} undoable={undoable} />}
      {undo.error && <Wrong error={undo.error} />}
      <div className="done-next">
        <Button type="primary" size="large" block onClick={() => go({ ledger: ledger.key })}>
          {t("record.another")}
        </Button>
        <div className="done-more">
          {undoable && (
            <Button size="large" loading={undo.isPending} onClick={() => undo.mutate()}>
              {t("record.undo")}
            </Button>
          )}
          {arrived && (
            <Link className="as-button" to="/c/$campaign/ledgers" params={{ campaign }} search={{ ledger: ledger.key, entry }}>
              {t("record.open")}
            </Link>
          )}
        </div>
      </div>
    </div>
  );
}
