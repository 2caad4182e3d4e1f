/** 管理: accounts, the campaign, its pack. What a role may not do it is told; the server refuses it anyway. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { AccountsTab } from "#features/access/AccountsTab.tsx";
import { later } from "../ui/later.tsx";
import { PageHead } from "../ui/PageHead.tsx";

const CampaignFacts = later(async () => (await import("#features/campaigns/CampaignFacts.tsx")).CampaignFacts);
const PacksTab = later(async () => (await import("#features/campaigns/PacksTab.tsx")).PacksTab);

export function AdminPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/admin" });
  const { tab } = useSearch({ from: "/c/$campaign/admin" });
  const navigate = useNavigate({ from: "/c/$campaign/admin" });
  return (
    <div className="page">
      <PageHead title={t("places.admin")} />
      <Tabs
        activeKey={tab ?? "accounts"}
        onChange={(next) => void navigate({ search: { tab: next as "accounts" } })}
        destroyOnHidden
        items={[
          { key: "accounts", label: t("accounts.title"), children: <AccountsTab campaign={campaign} /> },
          { key: "campaign", label: t("packs.facts"), children: <CampaignFacts campaign={campaign} /> },
          { key: "packs", label: t("packs.title"), children: <PacksTab campaign={campaign} /> },
        ]}
      />
    </div>
  );
}
