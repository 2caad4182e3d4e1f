/** Finds where a server file could open a connection of its own; `src/platform/outgoing.ts` alone may (docs/decisions/0020). */

const server = /^src\/(?!web\/|platform\/outgoing[.]ts$).*(?<![.]test)[.]ts$/;
const opening = '"(?:node:)?(?:https?|http2|net|tls|dns|dgram|undici)(?:/promises)?"';
const imports = new RegExp(`^import\\s+([^;"]*?)\\s+from\\s+${opening}`, "gm");
const called = new RegExp(
  `(?:import|require)\\(${opening}\\)|(?<![\\w.])fetch\\(|\\bglobalThis\\.fetch\\b|new (?:WebSocket|EventSource)\\(`,
  "g",
);
/** What waits for connections, or knows only what an address looks like. */
const harmless = /^(type .*|createServer|isIP|BlockList|)$/;

/** Lines, counted from 1. */
export function waysOut(file: string, source: string): number[] {
  if (!server.test(file)) return [];
  const found = [...source.matchAll(imports)].filter(([, names = ""]) => {
    if (names.startsWith("type ")) return false;
    const listed = /^\{([^]*)\}$/.exec(names)?.[1];
    return listed === undefined || !listed.split(",").every((name) => harmless.test(name.trim()));
  });
  return [...found, ...source.matchAll(called)].map(({ index }) => source.slice(0, index).split("\n").length);
}
