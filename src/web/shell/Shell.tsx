/** What stands around every page: the product, the campaign, the places, and who one is. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Dropdown, Select } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client.ts";
import { follow } from "../api/live.ts";
import { queries, reading } from "../api/queries.ts";
import { speak } from "../words/i18n.ts";
import "./shell.css";

const places = ["figures", "ledgers", "import"] as const;

export function Shell() {
  const { t, i18n } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign" });
  useEffect(() => follow(campaign), [campaign]);
  const navigate = useNavigate();
  const me = useQuery(reading("access.me", {}));
  const all = useQuery(reading("campaigns.list", {}));
  const leave = useMutation({
    mutationFn: () => ask("access.signOut", {}),
    onSettled: async () => {
      queries.clear();
      await navigate({ to: "/sign-in", search: {} });
    },
  });
  const campaigns = all.data?.campaigns ?? [];
  return (
    <div className="shell">
      <header className="bar">
        <span className="brand">{t("product")}</span>
        {campaigns.length > 1 ? (
          <Select
            variant="borderless"
            value={campaign}
            options={campaigns.map(({ key, name }) => ({ value: key, label: name }))}
            onChange={(key) => void navigate({ to: "/c/$campaign/figures", params: { campaign: key }, search: {} })}
          />
        ) : (
          <span className="campaign">{campaigns[0]?.name}</span>
        )}
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "zh", label: "中文", disabled: i18n.language === "zh" },
              { key: "en", label: "English", disabled: i18n.language === "en" },
              { type: "divider" },
              { key: "leave", label: t("signOut") },
            ],
            onClick: ({ key }) => (key === "leave" ? leave.mutate() : speak(key as "zh" | "en")),
          }}
        >
          <Button type="text" className="who">
            {me.data?.name ?? ""}
          </Button>
        </Dropdown>
      </header>
      <nav className="places" aria-label={t("product")}>
        {places.map((place) => (
          <Link key={place} to={`/c/$campaign/${place}`} params={{ campaign }} activeProps={{ "aria-current": "page" }}>
            {t(`places.${place}`)}
          </Link>
        ))}
      </nav>
      <main className="content">
        <Outlet />
      </main>
    </div>
  );
}
