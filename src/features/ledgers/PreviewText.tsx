/** A text, whatever it was written with. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Wrong } from "#web/ui/Wrong.tsx";
import { byKeyboard, loadContent, type At } from "./preview-content.tsx";

export function PreviewText({ at }: { at: At }) {
  const { t } = useTranslation();
  const text = useQuery({
    queryKey: ["attachments.text", at],
    staleTime: Infinity,
    queryFn: async () => decode(new Uint8Array(await (await loadContent(at)).arrayBuffer())),
  });
  if (text.error) return <Wrong error={text.error} retry={text.refetch} />;
  if (text.isPending) return <Skeleton active paragraph={{ rows: 12 }} />;
  const most = 200_000;
  return (
    <>
      <section className="preview-body" ref={byKeyboard} aria-label={t("attachments.title")}>
        <pre>{text.data.slice(0, most)}</pre>
      </section>
      {text.data.length > most && <p className="quiet">{t("attachments.cutText")}</p>}
    </>
  );
}

/** UTF-16 where it says so, else UTF-8, else what Windows writes in Chinese. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
