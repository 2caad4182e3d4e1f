/** One-time passwords, shown once: a slip for each account, to be printed, cut and handed over. */
import { Alert, Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import "../shell/setup.css";

export interface Slip {
  login: string;
  name: string;
  password: string;
}

export function PasswordSlips({ slips, close }: { slips: readonly Slip[]; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      width={860}
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
      <Alert type="warning" showIcon title={t("accounts.slipsOnce")} style={{ marginBottom: 16 }} />
      <div className="slips">
        {slips.map(({ login, name, password }) => (
          <div key={login} className="slip">
            <strong>{name}</strong>
            <dl>
              <dt>{t("accounts.slipsAddress")}</dt>
              <dd>{window.location.origin}</dd>
              <dt>{t("signIn.login")}</dt>
              <dd>{login}</dd>
              <dt>{t("accounts.slipsPassword")}</dt>
              <dd>{password}</dd>
            </dl>
            <small className="quiet">{t("accounts.slipsFirst")}</small>
          </div>
        ))}
      </div>
    </Modal>
  );
}
