/** Back from another house that vouches for who this is. */
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "#web/api/client.ts";
import { queries } from "#web/api/queries.ts";
import { isNow } from "#web/offline/who.ts";
import { CodeForm } from "#web/shell/SignInForm.tsx";
import { takeSent } from "#web/shell/sso.ts";
import { Wrong } from "#web/ui/Wrong.tsx";
import "#web/shell/sign-in.css";
import "./security.css";

export function SsoPage() {
  const { t } = useTranslation();
  const { provider } = useParams({ from: "/sso/$provider" });
  const navigate = useNavigate();
  const [sent] = useState(takeSent);
  const enter = async (account: { id: number; unit: number }): Promise<void> => {
    queries.clear();
    await isNow(account);
    await navigate({ to: sent.back ?? "/" });
  };
  const finish = useMutation({
    mutationFn: () => ask("sso.finish", { provider, query: window.location.search.slice(1), binding: sent.binding ?? "" }),
    onSuccess: ({ account, first }) => (first === "code" ? undefined : enter(account)),
  });
  const begun = useRef(false);
  useEffect(() => {
    // Once: what came back is good for one try.
    if (!begun.current) finish.mutate();
    begun.current = true;
  }, [finish]);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>{t("product")}</h1>
        {finish.data?.first === "code" ? (
          <CodeForm entered={enter} back={() => void navigate({ to: "/sign-in" })} />
        ) : finish.error ? (
          <>
            <Wrong error={finish.error} />
            <Link to="/sign-in">{t("signing.sso.again")}</Link>
          </>
        ) : (
          <p className="quiet" aria-live="polite">
            {t("signing.sso.coming")}
          </p>
        )}
      </div>
    </main>
  );
}
