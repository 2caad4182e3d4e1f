/** Which key does what. */
import { Modal } from "antd";
import { useTranslation } from "react-i18next";
import "./palette.css";
import type { Place } from "./places.ts";

export function KeyMap({ places, close }: { places: readonly Place[]; close: () => void }) {
  const { t } = useTranslation();
  const mac = /Mac/.test(navigator.userAgent);
  const keys: [what: string, ...keys: string[]][] = [
    [t("shell.keys.palette"), mac ? "⌘" : "Ctrl", "K"],
    [t("shell.keys.pageHelp"), "F1"],
    [t("shell.keys.help"), "?"],
    [t("shell.keys.close"), "Esc"],
    [t("shell.keys.print"), mac ? "⌘" : "Ctrl", "P"],
    ...places.map((place, index): [string, ...string[]] => [t(`places.${place}`), "G", String(index + 1)]),
  ];
  return (
    <Modal open title={t("shell.keys.title")} footer={null} onCancel={close} width={480}>
      <dl className="keys">
        {keys.map(([what, ...pressed]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
