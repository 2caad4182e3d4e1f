/** Other houses that vouch for people, if any are configured: a button each. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client.ts";
import { reading } from "../api/queries.ts";
import { PlainButton } from "../ui/PlainButton.tsx";
import { Wrong } from "../ui/Wrong.tsx";
import { noteSent } from "./sso.ts";

export function OtherWays({ back }: { back?: string | undefined }) {
  const { t } = useTranslation();
  const providers = useQuery(reading("sso.list", {})).data?.providers ?? [];
  const go = useMutation({
    mutationFn: (provider: string) => ask("sso.begin", { provider }),
    onSuccess: ({ url, binding }) => {
      noteSent({ binding, ...(back === undefined ? {} : { back }) });
      window.location.assign(url);
    },
  });
  if (providers.length === 0) return null;
  return (
    <div className="other-ways">
      <span className="quiet">{t("signIn.other")}</span>
      {providers.map(({ key, name }) => (
        <PlainButton key={key} wide busy={go.isPending && go.variables === key} onClick={() => go.mutate(key)}>
          {name}
        </PlainButton>
      ))}
      {go.error && <Wrong error={go.error} />}
    </div>
  );
}
