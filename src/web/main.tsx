/** The browser's part: everything within one page, routed here. */
import "./ui/made-styles.ts";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "./api/queries.ts";
import "./offline/start.ts";
import { router } from "./router.tsx";
import "virtual:tokens.css";
import "./ui/look.ts";
import "./ui/page.css";
import "./ui/print.css";
import { Sayings } from "./ui/Sayings.tsx";
import "./words/i18n.ts";

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <Sayings>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </Sayings>
  </StrictMode>,
);
