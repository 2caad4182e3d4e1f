/** 管理: accounts, the campaign, its pack. What a role may not do it is told; the server refuses it anyway. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { AccountsTab } from "#features/access/AccountsTab.tsx";
import { auditReaders } from "#features/audit/audit.types.ts";
import { reading } from "../api/queries.ts";
import { later } from "../ui/later.tsx";
import { PageHead } from "../ui/PageHead.tsx";

const AuditTab = later(async () => (await import("#features/audit/AuditTab.tsx")).AuditTab);
const CampaignFacts = later(async () => (await import("#features/campaigns/CampaignFacts.tsx")).CampaignFacts);
const SignInRulesTab = later(async () => (await import("#features/access/SignInRulesTab.tsx")).SignInRulesTab);
const PacksTab = later(async () => (await import("#features/campaigns/PacksTab.tsx")).PacksTab);

export function AdminPage() {
  const { t } = useTranslation();
  const { campaign } = useParams({ from: "/c/$campaign/admin" });
  const { tab } = useSearch({ from: "/c/$campaign/admin" });
  const me = useQuery(reading("access.me", {})).data;
  const duty = me?.duty;
  const navigate = useNavigate({ from: "/c/$campaign/admin" });
  const audit = { key: "audit", label: t("audit.title"), children: <AuditTab campaign={campaign} /> };
  const administering = [
    { key: "accounts", label: t("accounts.title"), children: <AccountsTab campaign={campaign} /> },
    { key: "campaign", label: t("packs.facts"), children: <CampaignFacts campaign={campaign} /> },
    { key: "packs", label: t("packs.title"), children: <PacksTab campaign={campaign} /> },
  ];
  // The auditor watches, and has nothing else to do here; what auditors do is for the security administrator to see.
  const reads = duty ? auditReaders[duty] : undefined;
  const rules = { key: "sign-in", label: t("signing.rules"), children: <SignInRulesTab campaign={campaign} /> };
  const items = [
    ...(reads === "all" ? [audit] : reads === undefined ? administering : [...administering, audit]),
    ...(me?.rules ? [rules] : []),
  ];
  return (
    <div className="page">
      <PageHead title={t("places.admin")} />
      <Tabs
        activeKey={tab ?? items[0]?.key ?? "accounts"}
        onChange={(next) => void navigate({ search: { tab: next as "accounts" } })}
        destroyOnHidden
        items={items}
      />
    </div>
  );
}
