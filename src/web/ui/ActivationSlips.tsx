/** Activation codes, shown once: a slip for each account, ten to a sheet of A4, to be printed, cut and handed over. */
import { Alert, Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import type { Output } from "../api/contract.ts";
import { clock } from "./clock.ts";
import { QrCode } from "./QrCode.tsx";
import "./slips.css";

export type Slip = Output<"accounts.resetPassword">;

/** What follows # stays in the browser: it stands in no log of a server. */
const addressFor = ({ login, code }: Slip): string =>
  `${window.location.origin}/activate#${new URLSearchParams({ login, code }).toString()}`;

export function ActivationSlips({ slips, close }: { slips: readonly Slip[]; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      width={860}
      className="slip-sheet"
      title={t("accounts.slips", { count: slips.length })}
      onCancel={close}
      mask={{ closable: false }}
      keyboard={false}
      footer={[
        <Button key="print" type="primary" onClick={() => window.print()}>
          {t("accounts.slipsPrint")}
        </Button>,
        <Button key="close" onClick={close}>
          {t("accounts.slipsDone")}
        </Button>,
      ]}
    >
      <Alert className="no-print" type="warning" showIcon title={t("accounts.slipsOnce")} style={{ marginBottom: 16 }} />
      <div className="slips">
        {slips.map((slip) => (
          <div key={slip.login} className="slip">
            <div className="slip-words">
              <strong>{slip.name}</strong>
              <div className="quiet">{slip.unitName}</div>
              <dl>
                <dt>{t("accounts.slipsAddress")}</dt>
                <dd>{`${window.location.origin}/activate`}</dd>
                <dt>{t("signIn.login")}</dt>
                <dd>{slip.login}</dd>
                <dt>{t("accounts.slipsCode")}</dt>
                <dd className="slip-code">{slip.code}</dd>
              </dl>
              <small className="quiet">{t("accounts.slipsFirst", { until: clock.format(new Date(slip.until)) })}</small>
            </div>
            <QrCode text={addressFor(slip)} size={92} />
          </div>
        ))}
      </div>
    </Modal>
  );
}
