/** What a request was made with, as people know it: browser and system, out of the User-Agent (RFC 9110, 10.1.5). */

// The order matters: later ones call themselves by the names of those before them too.
const browsers: readonly [name: string, mark: RegExp][] = [
  ["微信", /MicroMessenger\/(\d+)/],
  ["政务微信", /wxwork\/(\d+)/],
  ["钉钉", /DingTalk\/(\d+)/],
  ["Edge", /Edg\w*\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Firefox", /Firefox\/(\d+)/],
  ["Chrome", /Chrome\/(\d+)/],
  ["Safari", /Version\/(\d+).*Safari/],
];
const systems: readonly [name: string, mark: RegExp][] = [
  ["HarmonyOS", /HarmonyOS|OpenHarmony/],
  ["Android", /Android/],
  ["iOS", /iPhone|iPad/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/** `Chrome 140 · Windows`; the first word of what is no browser; undefined when nothing was said. */
export function deviceOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined || userAgent.trim() === "") return undefined;
  const browser = browsers.find(([, mark]) => mark.test(userAgent));
  if (!browser) return userAgent.trim().split(/\s/)[0]?.slice(0, 40);
  const [name, mark] = browser;
  const system = systems.find(([, one]) => one.test(userAgent))?.[0];
  return `${name} ${mark.exec(userAgent)?.[1] ?? ""}${system ? ` · ${system}` : ""}`;
}
