/** Offers what was typed earlier and not saved, with its time; and says where what is typed now is kept. */
import { Alert, Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { Draft } from "../api/draft-keeper.ts";
import type { Drafting } from "../api/use-draft.ts";
import { clock } from "./clock.ts";

interface Given<T> {
  draft: Drafting<T>;
  take: (draft: Draft<T>) => void;
  /** Told of what was thrown away. */
  dropped?: (content: T) => void;
}

export function DraftOffer<T>({ draft, take, dropped }: Given<T>) {
  const { t } = useTranslation();
  return draft.found?.slice(0, 3).map((one) => (
    <Alert
      key={one.key}
      type="info"
      style={{ marginBottom: 12 }}
      title={t("draft.found", { at: clock.format(new Date(one.at)) })}
      action={
        <Space wrap>
          <Button onClick={() => take(one)}>{t("draft.take")}</Button>
          <Button
            type="text"
            onClick={() => {
              void draft.drop(one);
              dropped?.(one.content);
            }}
          >
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
