/** Recovery codes, shown once: to be printed or copied. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import "./security.css";

export function RecoveryCodes({ login, codes, done }: { login: string; codes: readonly string[]; done: () => void }) {
  const { t } = useTranslation();
  return (
    <section className="recovery" aria-label={t("signing.recoveryTitle")}>
      <h1 className="plain">{t("signing.recoveryTitle")}</h1>
      <p className="quiet">{t("signing.recoveryWords")}</p>
      <p>
        {t("product")}　{t("signIn.login")}：{login}
      </p>
      <ol>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="recovery-foot">
        <Button onClick={() => window.print()}>{t("signing.print")}</Button>
        <Button type="primary" onClick={done}>
          {t("signing.recoverySaved")}
        </Button>
      </div>
    </section>
  );
}
