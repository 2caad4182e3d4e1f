/** Saved views, behind a button. */
import { Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ledger } from "#web/api/definition.ts";
import { later } from "#web/ui/later.tsx";
import { useSmall } from "#web/ui/small.ts";
import type { LedgerSearch } from "./search.types.ts";

const ViewsPanel = later(async () => (await import("./ViewsPanel.tsx")).ViewsPanel);

interface Given {
  campaign: string;
  ledger: Ledger;
  search: LedgerSearch;
  change: (next: LedgerSearch) => void;
}

export function ViewsMenu(given: Given) {
  const { t } = useTranslation();
  const small = useSmall();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement={small ? "bottom" : "bottomLeft"}
      open={open}
      onOpenChange={setOpen}
      content={<ViewsPanel {...given} close={() => setOpen(false)} />}
    >
      <Button>{t("ledgers.views.title")}</Button>
    </Popover>
  );
}
