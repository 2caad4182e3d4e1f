/** Where an account is signed in now, each of which can be ended. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Empty, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries, reading } from "#web/api/queries.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import { clock } from "#web/ui/clock.ts";
import type { Account } from "./AccountsTab.tsx";

export function AccountSessions({ campaign, account, close }: { campaign: string; account: Account; close: () => void }) {
  const { t } = useTranslation();
  const sessions = useQuery(reading("accounts.sessions", { campaign, account: account.id }));
  const end = useMutation({
    mutationFn: (session: string | undefined) =>
      ask("accounts.endSessions", { campaign, account: account.id, ...(session === undefined ? {} : { session }) }),
    onSuccess: () => queries.invalidateQueries(),
  });
  const all = sessions.data?.sessions ?? [];
  const at = (moment: string): string => clock.format(new Date(moment));
  return (
    <Modal
      open
      title={`${t("accounts.sessions")}　${account.login}`}
      onCancel={close}
      footer={
        <>
          {all.length > 1 && <Button onClick={() => end.mutate(undefined)}>{t("accounts.endAll")}</Button>}
          <Button onClick={close}>{t("close")}</Button>
        </>
      }
    >
      {(sessions.error ?? end.error) && <Wrong error={(sessions.error ?? end.error) as Error} />}
      {sessions.data && all.length === 0 && <Empty description={t("accounts.noSessions")} />}
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {all.map(({ id, createdAt, seenAt }) => (
          <li key={id} style={{ display: "flex", gap: 12, alignItems: "center", padding: "6px 0" }}>
            <span className="number" style={{ marginRight: "auto", whiteSpace: "normal" }}>
              {t("accounts.since", { at: at(createdAt) })}　
              <span className="quiet">{t("accounts.lastSeen", { at: at(seenAt) })}</span>
            </span>
            <Button size="small" loading={end.isPending} onClick={() => end.mutate(id)}>
              {t("accounts.end")}
            </Button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
