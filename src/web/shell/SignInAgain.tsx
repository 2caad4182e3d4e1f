/**
 * The session ended while someone was at work: they sign in over the page, which stays as it is, and go on where they
 * were. What had failed is not sent again for them. Someone else begins at the start.
 */
import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Output } from "../api/contract.ts";
import { queries, readFailed, reading } from "../api/queries.ts";
import { sessionEnded } from "./session.ts";
import { SignInForm } from "./SignInForm.tsx";

export function SignInAgain() {
  const { t } = useTranslation();
  const me: Output<"access.me"> | undefined = queries.getQueryData(reading("access.me", {}).queryKey);
  const [other, setOther] = useState(me === undefined);
  return (
    <Modal
      open
      title={t("shell.again.title")}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={null}
      width={420}
    >
      <p className="quiet">{other ? t("shell.again.otherWords") : t("shell.again.words")}</p>
      {!other && <p className="again-who">{me?.name}</p>}
      <SignInForm
        key={String(other)}
        {...(other || !me ? {} : { login: me.login })}
        entered={(account) => {
          // Another's page is forgotten whole, with what was typed on it.
          if (account.id !== me?.id) return window.location.assign("/");
          sessionEnded.set(false);
          void readFailed();
        }}
      />
      {!other && (
        <Button type="link" block onClick={() => setOther(true)} style={{ marginTop: 8 }}>
          {t("shell.again.other")}
        </Button>
      )}
    </Modal>
  );
}
