/** The tokens of the house: paper white, warm greys, cinnabar for the brand and the primary action only. */
import type { ThemeConfig } from "antd";

export const cinnabar = "#A61B29";
export const fonts = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** On phones, and for who wants large text, everything is a step larger. */
export const themeFor = ({ large }: { large: boolean }): ThemeConfig => ({
  cssVar: { key: "house" },
  token: {
    colorPrimary: cinnabar,
    colorLink: "#1F4E79",
    colorInfo: "#1F4E79",
    colorSuccess: "#3B7A45",
    colorWarning: "#A86400",
    colorError: "#B3261E",
    colorText: "#26231F",
    colorTextSecondary: "#5F5A52",
    colorTextPlaceholder: "#746E65",
    colorBorder: "#DAD5CC",
    colorBorderSecondary: "#E9E5DD",
    colorBgLayout: "#F6F4EF",
    colorBgContainer: "#FFFEFB",
    colorSuccessBg: "#EEF5EE",
    colorSuccessBorder: "#CFE0D0",
    colorErrorBg: "#FBEEED",
    colorErrorBorder: "#EBC9C6",
    borderRadius: 6,
    fontFamily: fonts,
    fontSize: large ? 16 : 14,
    controlHeight: large ? 44 : 32,
    wireframe: false,
  },
  components: {
    Table: { headerBg: "#F3F0E9", headerColor: "#5F5A52", cellPaddingBlockSM: 6 },
    Layout: { headerBg: "#FFFEFB", siderBg: "#FFFEFB" },
  },
});
