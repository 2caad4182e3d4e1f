/** A Word file as it would be printed. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Wrong } from "#web/ui/Wrong.tsx";
import { byKeyboard, loadContent, type At } from "./preview-content.tsx";

export function PreviewWord({ at }: { at: At }) {
  const content = useQuery({ queryKey: ["attachments.get", at], queryFn: () => loadContent(at), staleTime: Infinity });
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<Error>();
  useEffect(() => {
    const box = place.current;
    if (!content.data || !box) return;
    // The file brings its own styles, and may call them anything: behind this border they mean the file alone.
    const target = box.shadowRoot ?? box.attachShadow({ mode: "open" });
    void import("docx-preview")
      .then(({ renderAsync }) =>
        renderAsync(content.data, target as unknown as HTMLElement, undefined, {
          ignoreFonts: true,
          // Pieces of other formats inside would be shown as pages of their own.
          renderAltChunks: false,
          renderChanges: false,
        }),
      )
      .then(() => {
        // A page is as wide as paper; on a phone it is shown smaller.
        const room = box.clientWidth;
        const paper = (target.querySelector<HTMLElement>("section.docx")?.offsetWidth ?? 0) + 60;
        if (paper > room) box.style.zoom = String(room / paper);
        for (const link of target.querySelectorAll("a")) {
          if (!/^(https?:|mailto:|#)/i.test(link.getAttribute("href") ?? "")) link.removeAttribute("href");
          link.rel = "noopener noreferrer";
          if (!link.getAttribute("href")?.startsWith("#")) link.target = "_blank";
        }
      })
      .catch(setFailed);
  }, [content.data]);
  const { t } = useTranslation();
  if (failed) return <p className="quiet">{t("attachments.cannotShow")}</p>;
  return (
    <>
      {content.error && <Wrong error={content.error} retry={content.refetch} />}
      {content.isPending && <Skeleton active paragraph={{ rows: 12 }} />}
      <section className="preview-body" ref={byKeyboard} aria-label={t("attachments.title")}>
        <div className="word-pages" ref={place} />
      </section>
    </>
  );
}
