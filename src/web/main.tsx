/** The browser's part: everything within one page, routed here. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ConfigProvider } from "antd";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { queries } from "./api/queries.ts";
import "./offline/start.ts";
import { router } from "./router.tsx";
import { shown } from "./ui/look.ts";
import "./ui/page.css";
import "./ui/print.css";
import { Sayings } from "./ui/Sayings.tsx";
import { themeFor } from "./ui/theme.ts";
import { useSmall, useStill } from "./ui/small.ts";
import "./words/i18n.ts";

function Root() {
  const { i18n } = useTranslation();
  const small = useSmall();
  const still = useStill();
  const { look, large } = shown.use();
  return (
    <ConfigProvider
      locale={i18n.language === "en" ? enUS : zhCN}
      theme={themeFor({ look, large, small, still })}
      button={{ autoInsertSpace: false }}
    >
      <Sayings>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Sayings>
    </ConfigProvider>
  );
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
