/** What antd draws, in the house's theme and language. It comes with the first part that needs it: a phone's first page has none. */
import { createCache, StyleProvider } from "@ant-design/cssinjs";
import { ConfigProvider } from "antd";
import enUS from "antd/es/locale/en_US";
import zhCN from "antd/es/locale/zh_CN";
import { createContext, useContext, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { shown } from "./look.ts";
import "./legible.css";
import { useSmall, useStill } from "./small.ts";
import { themeFor } from "./theme.ts";

/** antd forgets a part's styles with its last instance and computes them anew in the next place (some 20 ms where there is a table): these are kept. */
const styles = createCache();
const update = styles.opUpdate.bind(styles);
styles.opUpdate = (path, next) => update(path, (before) => next(before) ?? before);

const Already = createContext(false);

export function Dressed({ children }: { children: ReactNode }) {
  return useContext(Already) ? children : <Dress>{children}</Dress>;
}

function Dress({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const small = useSmall();
  const still = useStill();
  const { look, large } = shown.use();
  return (
    <StyleProvider cache={styles}>
      <ConfigProvider
        locale={i18n.language === "en" ? enUS : zhCN}
        theme={themeFor({ look, large, small, still })}
        button={{ autoInsertSpace: false }}
      >
        <Already value>{children}</Already>
      </ConfigProvider>
    </StyleProvider>
  );
}
