/** Someone else was faster: what they changed beside what one has typed, and for each field the choice. */
import { useQuery } from "@tanstack/react-query";
import { Button, Modal, Radio, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ledger } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { shownValue } from "./shown-value.types.ts";
import type { Entry, Listing } from "./use-listing.tsx";

interface Given {
  campaign: string;
  ledger: Ledger;
  entry: string;
  /** As they are read, by field. */
  mine: Readonly<Record<string, string>>;
  /** Told which fields stay mine, with the record as it is now. */
  settle: (mine: string[], now: Entry, names: Listing["names"]) => void;
  cancel: () => void;
}

export function ConflictDialog({ campaign, ledger, entry, mine, settle, cancel }: Given) {
  const { t } = useTranslation();
  const now = useQuery({ ...reading("ledgers.get", { campaign, entry }), staleTime: 0 });
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const data = now.isFetchedAfterMount ? now.data : undefined;
  const last = data?.history.at(-1);
  return (
    <Modal
      open
      title={t("ledgers.conflict.title")}
      onCancel={cancel}
      footer={
        data && (
          <Button
            type="primary"
            onClick={() =>
              settle(
                Object.keys(mine).filter((name) => !theirs.has(name)),
                data.entry,
                data.names,
              )
            }
          >
            {t("ledgers.conflict.go")}
          </Button>
        )
      }
    >
      {now.error && <Wrong error={now.error} retry={now.refetch} />}
      {!data && !now.error && <Skeleton active />}
      {data && (
        <>
          <p>{t("ledgers.conflict.words", { name: last?.actorName ?? t("ledgers.program") })}</p>
          <table className="conflict-table">
            <thead>
              <tr>
                <th scope="col">{t("ledgers.conflict.field")}</th>
                <th scope="col">{t("ledgers.conflict.mine")}</th>
                <th scope="col">{t("ledgers.conflict.theirs")}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(mine).map(([name, text]) => {
                const field = ledger.fields.find((one) => one.name === name);
                const other = field ? shownValue(field, data.entry.values[name], data.names) : "";
                const choose = (side: "mine" | "theirs"): void => {
                  const next = new Set(theirs);
                  if (side === "theirs") next.add(name);
                  else next.delete(name);
                  setTheirs(next);
                };
                return (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    {(["mine", "theirs"] as const).map((side) => (
                      <td key={side}>
                        <Radio
                          name={name}
                          checked={(side === "theirs") === theirs.has(name)}
                          onChange={() => choose(side)}
                          aria-label={`${name} ${t(`ledgers.conflict.${side}`)}`}
                        >
                          {(side === "mine" ? text : other) || t("ledgers.emptied")}
                        </Radio>
                      </td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </>
      )}
    </Modal>
  );
}
