/**
 * The tokens of the house: colours, type scale and spacing, as antd's tokens. Pages take them as `var(--ant-…)`, which are
 * made of them when the pages are built (scripts/tokens-css.ts); spacing is antd's (`--ant-padding-xs` 8, `-sm` 12, `` 16, `-lg` 24). Cinnabar is for the brand and the
 * primary action only, so what antd calls primary (focus, selection) is ink blue, and only buttons are cinnabar.
 */
import { theme, type ThemeConfig } from "antd";
import type { Look } from "./looks.ts";

const fonts = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const light = {
  colorPrimary: "#1F4E79",
  colorPrimaryHover: "#2E6699",
  colorPrimaryActive: "#163A5B",
  colorPrimaryBg: "#E9F0F6",
  colorPrimaryBgHover: "#DCE7F1",
  colorPrimaryBorder: "#A9C3DA",
  colorLink: "#1F4E79",
  colorLinkHover: "#2E6699",
  colorInfo: "#1F4E79",
  colorInfoBg: "#E9F0F6",
  colorInfoBorder: "#C3D5E5",
  colorSuccess: "#3B7A45",
  colorSuccessBg: "#EEF5EE",
  colorSuccessBorder: "#CFE0D0",
  colorWarning: "#8F5500",
  colorWarningBg: "#FBF3E4",
  colorWarningBorder: "#EBD6AE",
  colorError: "#B3261E",
  colorErrorBg: "#FBEEED",
  colorErrorBorder: "#EBC9C6",
  colorText: "#26231F",
  colorTextSecondary: "#5F5A52",
  colorTextTertiary: "#6B655C",
  colorTextPlaceholder: "#746E65",
  colorBorder: "#DAD5CC",
  colorBorderSecondary: "#E9E5DD",
  colorBgLayout: "#F6F4EF",
  colorBgContainer: "#FFFEFB",
  colorBgElevated: "#FFFEFB",
};

const dark: typeof light = {
  colorPrimary: "#8DB9E0",
  colorPrimaryHover: "#A9CBE9",
  colorPrimaryActive: "#74A6D3",
  colorPrimaryBg: "#24323F",
  colorPrimaryBgHover: "#2C3E4E",
  colorPrimaryBorder: "#3E5A73",
  colorLink: "#8DB9E0",
  colorLinkHover: "#A9CBE9",
  colorInfo: "#8DB9E0",
  colorInfoBg: "#202B35",
  colorInfoBorder: "#34485A",
  colorSuccess: "#86C490",
  colorSuccessBg: "#1F2B21",
  colorSuccessBorder: "#35503A",
  colorWarning: "#E3AE5B",
  colorWarningBg: "#30281A",
  colorWarningBorder: "#594722",
  colorError: "#F0918A",
  colorErrorBg: "#352120",
  colorErrorBorder: "#643A37",
  colorText: "#EDE8DF",
  colorTextSecondary: "#BAB3A7",
  colorTextTertiary: "#A8A195",
  colorTextPlaceholder: "#9C9589",
  colorBorder: "#4A463F",
  colorBorderSecondary: "#35322D",
  colorBgLayout: "#161513",
  colorBgContainer: "#1F1D1A",
  colorBgElevated: "#282622",
};

/** The red of the brand and of the primary button; `text` is readable on the page, `soft` lies under what is chosen. */
const brands = {
  light: { text: "#A61B29", soft: "#F5E6E4", fill: "#A61B29", hover: "#BC3341", active: "#86141F" },
  dark: { text: "#F0838A", soft: "#3A2322", fill: "#B5313E", hover: "#C2414E", active: "#96222E" },
};

/** Base size of text and height of controls: desk, phone, and large text on each; a wall has its own. */
function sizesFor(look: Look, large: boolean, small: boolean): [text: number, control: number] {
  if (look === "screen") return [24, 52];
  if (large) return small ? [20, 52] : [18, 44];
  return small ? [16, 44] : [14, 32];
}

/** The type scale: small, base, large, and headings of panels, sections and pages. */
const scaleOf = (base: number) => ({
  fontSize: base,
  fontSizeSM: base - 1,
  fontSizeLG: base + 2,
  fontSizeXL: base + 6,
  fontSizeHeading1: base + 14,
  fontSizeHeading2: base + 10,
  fontSizeHeading3: base + 8,
  fontSizeHeading4: base + 4,
  fontSizeHeading5: base + 2,
});

export interface Appearance {
  look: Look;
  large: boolean;
  /** A phone's window. */
  small: boolean;
  /** Nothing moves. */
  still?: boolean;
}

export function themeFor({ look, large, small, still = false }: Appearance): ThemeConfig {
  const isDark = look !== "light";
  const colours = isDark ? dark : light;
  const brand = brands[isDark ? "dark" : "light"];
  const [text, control] = sizesFor(look, large, small);
  return {
    cssVar: { key: "house" },
    // What antd works out of a seed comes first, the house's own colours last.
    algorithm: [isDark ? theme.darkAlgorithm : theme.defaultAlgorithm, (_, map) => ({ ...map, ...colours }) as never],
    token: { ...colours, ...scaleOf(text), controlHeight: control, borderRadius: 6, fontFamily: fonts, motion: !still },
    components: {
      Button: {
        colorPrimary: brand.fill,
        colorPrimaryHover: brand.hover,
        colorPrimaryActive: brand.active,
        // Cinnabar is for the primary action: what is pointed at is ink blue, like what is chosen.
        defaultHoverColor: colours.colorPrimary,
        defaultHoverBorderColor: colours.colorPrimary,
        defaultActiveColor: colours.colorPrimaryActive,
        defaultActiveBorderColor: colours.colorPrimaryActive,
        primaryShadow: "none",
        defaultShadow: "none",
        dangerShadow: "none",
        ...(isDark ? { dangerColor: colours.colorBgLayout } : {}),
      },
      Table: {
        headerBg: isDark ? "#282622" : "#F3F0E9",
        headerColor: colours.colorTextSecondary,
        cellPaddingBlockSM: Math.round(text * 0.45),
      },
      // Its parts are touched one by one, so each is as high as a control.
      ...(small ? { Segmented: { trackPadding: 0 } } : {}),
      ...(isDark ? { DatePicker: { colorTextLightSolid: colours.colorBgLayout } } : {}),
    },
  };
}

/** The brand as CSS variables, which antd has no name for. */
export function variablesFor(look: Look): Record<string, string> {
  const { text, soft, fill, hover } = brands[look === "light" ? "light" : "dark"];
  return { "--house-brand": text, "--house-brand-soft": soft, "--house-brand-fill": fill, "--house-brand-hover": hover };
}
