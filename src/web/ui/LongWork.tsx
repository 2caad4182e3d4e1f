/** Work that takes longer than a breath: how far it is, that one may leave, and a way to stop it. */
import { Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import "./ui.css";

interface Given {
  title: string;
  /** Done of all: a part from 0 to 1, or steps with the name of the present one. */
  done: number | { at: number; of: number; name: string };
  /** It goes on without this page. */
  mayLeave?: boolean;
  stop?: () => void;
}

export function LongWork({ title, done, mayLeave = false, stop }: Given) {
  const { t } = useTranslation();
  const part = typeof done === "number" ? done : (done.at - 1) / done.of;
  const percent = Math.round(part * 100);
  return (
    <div className="long-work">
      <div className="long-work-head">
        <strong>{title}</strong>
        <output className="quiet number">
          {typeof done === "number" ? t("ui.work.percent", { percent }) : t("ui.work.step", { at: done.at, of: done.of })}
        </output>
        {stop && (
          <Button size="small" onClick={stop}>
            {t("ui.work.stop")}
          </Button>
        )}
      </div>
      <Progress percent={percent} showInfo={false} size="small" aria-label={title} />
      <div className="quiet">
        {typeof done !== "number" && done.name}
        {typeof done !== "number" && mayLeave && "　"}
        {mayLeave && t("ui.work.leave")}
      </div>
    </div>
  );
}
