/** What a browser calls itself, in a few words: enough to know one's own devices by. */

const systems: readonly (readonly [RegExp, string])[] = [
  [/HarmonyOS|OpenHarmony/i, "鸿蒙"],
  [/Android/, "安卓"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/UOS|Deepin/i, "统信"],
  [/Kylin/i, "麒麟"],
  [/Linux/, "Linux"],
];
const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/, "微信"],
  [/DingTalk/, "钉钉"],
  [/Edg(?:e|A|iOS)?\//, "Edge"],
  [/QQBrowser/, "QQ浏览器"],
  [/360(?:SE|EE)|QIHU/i, "360浏览器"],
  [/Firefox|FxiOS/, "Firefox"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
const first = (all: readonly (readonly [RegExp, string])[], agent: string): string | undefined =>
  all.find(([pattern]) => pattern.test(agent))?.[1];

/** Browser and system, as far as they are known; undefined when neither is. */
export function agentName(agent: string): string | undefined {
  const parts = [first(browsers, agent), first(systems, agent)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" · ");
}
