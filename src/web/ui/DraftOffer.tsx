/** Offers what was typed earlier and not saved, with its time; and says where what is typed now is kept. */
import { Alert, Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { Draft, Drafting } from "../api/use-draft.ts";
import { clock } from "./clock.ts";

export function DraftOffer<T>({ draft, take }: { draft: Drafting<T>; take: (content: T, draft: Draft<T>) => void }) {
  const { t } = useTranslation();
  return draft.found?.slice(0, 3).map((one) => (
    <Alert
      key={one.key}
      type="info"
      style={{ marginBottom: 12 }}
      title={t("draft.found", { at: clock.format(new Date(one.at)) })}
      action={
        <Space wrap>
          <Button onClick={() => take(draft.take(one), one)}>{t("draft.take")}</Button>
          <Button type="text" onClick={() => void draft.drop(one)}>
            {t("draft.drop")}
          </Button>
        </Space>
      }
    />
  ));
}

/** For beside the button that saves. */
export function DraftState({ state }: Pick<Drafting<unknown>, "state">) {
  const { t } = useTranslation();
  return <output className="quiet">{state === "none" ? "" : t(`draft.${state}`)}</output>;
}
