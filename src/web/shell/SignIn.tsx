import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { queries } from "../api/queries.ts";
import { OtherWays } from "./OtherWays.tsx";
import { SignInForm } from "./SignInForm.tsx";

export function SignIn() {
  const { t } = useTranslation();
  const { back } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>{t("product")}</h1>
        <p className="quiet">{t("motto")}</p>
        <SignInForm
          entered={async () => {
            queries.clear();
            await navigate({ to: back ?? "/" });
          }}
        />
        <OtherWays back={back} />
      </div>
    </main>
  );
}
