/** What went wrong and what to do, with a way to try again. */
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";

export function Wrong({ error, retry }: { error: Error; retry?: () => unknown }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t("wrong")}
      description={error.message}
      action={retry && <Button onClick={() => void retry()}>{t("retry")}</Button>}
    />
  );
}
