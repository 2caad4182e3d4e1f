/**
 * Pages as they will be printed, GB/T 9704—2012. The browser's columns do the pagination: each is the type area of a page,
 * with lines of exact height, and the sheets lie behind them. It shows how long a document is and where pages end; the Word
 * file, with the prescribed fonts, has the last word.
 */
import { Button } from "antd";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DraftHead } from "./draft.types.ts";
import { cornerLines, headMark, imprintLines, officialDate, signatureIndents } from "./official-measures.types.ts";
import { ShownBlocks, type ShownBlock, type ShownInline } from "./ShownBlocks.tsx";
import "./pages.css";

const millimetre = 96 / 25.4;
const sheet = { width: 210, height: 297, gap: 8 };
const column = { width: 156, gap: 210 + sheet.gap - 156 };
/** A body character, in points. */
const character = 15.75;

interface Given {
  head: DraftHead;
  blocks: readonly ShownBlock[];
  figure?: (inline: ShownInline, n: number) => ReactNode;
}

export function PagePreview({ head, blocks, figure }: Given) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const flow = useRef<HTMLDivElement>(null);
  const [{ count, scale, full }, setLaid] = useState({ count: 1, scale: 0.5, full: false });
  const [page, setPage] = useState(1);
  const lay = useCallback(() => {
    const [outer, inner] = [frame.current, flow.current];
    if (!outer || !inner) return;
    const across = inner.scrollWidth / millimetre + column.gap;
    const end = inner.querySelector(".end-of-text");
    const now = outer.clientWidth / ((sheet.width + sheet.gap) * millimetre);
    // What is left under the last line must hold 版记, or it goes to a page of its own.
    const under = end ? inner.getBoundingClientRect().bottom - end.getBoundingClientRect().bottom : Infinity;
    const next = {
      count: Math.max(1, Math.round(across / (column.width + column.gap))),
      scale: now,
      full: under < 26 * millimetre * now,
    };
    setLaid((before) =>
      before.count === next.count && before.scale === next.scale && before.full === next.full ? before : next,
    );
  }, []);
  useLayoutEffect(lay);
  useEffect(() => {
    if (!frame.current) return undefined;
    const watch = new ResizeObserver(lay);
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, [lay]);
  const pages = count + (full ? 1 : 0);
  const step = (sheet.width + sheet.gap) * millimetre * scale;
  const goTo = (n: number): void => frame.current?.scrollTo({ left: (n - 1) * step, behavior: "smooth" });
  const imprint = imprintLines(head);
  return (
    <div className="preview">
      <div className="preview-bar">
        <Button size="small" type="text" aria-label={t("documents.previous")} disabled={page <= 1} onClick={() => goTo(page - 1)}>
          ‹
        </Button>
        <span className="number">{t("documents.pages", { page: Math.min(page, pages), count: pages })}</span>
        <Button size="small" type="text" aria-label={t("documents.next")} disabled={page >= pages} onClick={() => goTo(page + 1)}>
          ›
        </Button>
      </div>
      <section
        ref={frame}
        className="preview-frame"
        // What scrolls must be reached by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={t("documents.preview")}
        style={{ height: `${sheet.height * millimetre * scale}px` }}
        onScroll={(event) => setPage(Math.round(event.currentTarget.scrollLeft / step) + 1)}
      >
        <div className="preview-room" style={{ width: `${pages * step}px` }}>
          <div className="preview-pages" style={{ transform: `scale(${scale})` }}>
            {Array.from({ length: pages }, (_, i) => (
              <div
                key={i}
                className={`sheet-of-paper ${i % 2 ? "even" : "odd"}`}
                style={{ left: `${i * (sheet.width + sheet.gap)}mm` }}
              >
                <span className="page-number">— {i + 1} —</span>
                {i === pages - 1 && (
                  <div className="imprint">
                    {imprint.copies !== undefined && <p>{imprint.copies}</p>}
                    <p>
                      <span>{imprint.printer}</span>
                      <span>{imprint.day}</span>
                    </p>
                  </div>
                )}
              </div>
            ))}
            <div ref={flow} className="flow" lang="zh-CN">
              <RedHead head={head} />
              <div className="blank" />
              <div className="blank" />
              <h2 className="official-title">{head.title}</h2>
              <div className="blank" />
              {head.to && <p className="flush">{head.to.replace(/[:：]$/, "")}：</p>}
              <ShownBlocks blocks={blocks} figure={figure} />
              <Foot head={head} />
              <div className="end-of-text" />
            </div>
          </div>
        </div>
      </section>
      <p className="quiet preview-note">{t("documents.fontNote")}</p>
    </div>
  );
}

function RedHead({ head }: { head: DraftHead }) {
  if (!head.organ) return null;
  const corner = cornerLines(head);
  const { text, size, scale, gap } = headMark(head.organ, corner.length);
  const style: CSSProperties = {
    marginTop: `${gap / 20}pt`,
    fontSize: `${size}pt`,
    lineHeight: `${size * 1.3}pt`,
    transform: `scaleX(${scale / 100})`,
  };
  return (
    <>
      {corner.map((line, i) => (
        <p key={i} className={line.bold ? "flush bold" : "flush"}>
          {line.text}
        </p>
      ))}
      <p className="red-mark" style={style}>
        {text}
      </p>
      <div className="blank" />
      <div className="blank" />
      <p className={head.signatory ? "number-line two" : "number-line"}>
        <span>{head.number ?? ""}</span>
        {head.signatory && <span>签发人：{head.signatory}</span>}
      </p>
    </>
  );
}

function Foot({ head }: { head: DraftHead }) {
  const name = head.organ ?? "";
  const day = head.date === "" ? "" : officialDate(head.date);
  const indents = signatureIndents(name, day);
  const right = (indent: number): CSSProperties => ({ paddingRight: `${indent * character}pt` });
  return (
    <>
      {head.attachments.length > 0 && <div className="blank" />}
      {head.attachments.map((one, i) => (
        <p key={i} className="flush attachment">
          {i === 0 ? "附件：" : <span className="no-text">附件：</span>}
          {head.attachments.length > 1 && `${i + 1}. `}
          {one}
        </p>
      ))}
      <div className="blank" />
      <div className="blank" />
      {name !== "" && (
        <p className="signature" style={right(indents.name)}>
          {name}
        </p>
      )}
      <p className="signature" style={right(indents.date)}>
        {day}
      </p>
    </>
  );
}
