/** How the browser's part is built. Run under Node itself (`--configLoader native`), so that it can read the actions. */
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { actions } from "./src/main.ts";

const id = "virtual:routes";

/** Method and path of each action by name, read from the actions themselves: the browser's client needs no more. */
const routes = (): Plugin => ({
  name: "routes",
  resolveId: (source) => (source === id ? `\0${id}` : undefined),
  load: (source) =>
    source === `\0${id}`
      ? `export default ${JSON.stringify(Object.fromEntries(actions.map(({ name, method, path }) => [name, [method, path]])))}`
      : undefined,
});

export default defineConfig({
  root: resolve(import.meta.dirname, "src/web"),
  plugins: [routes()],
  build: {
    outDir: resolve(import.meta.dirname, "dist/web"),
    emptyOutDir: true,
    // Offices keep old browsers; antd needs Chromium 88 for its selectors.
    // antd in one piece; what a page may weigh is measured in bench/.
    chunkSizeWarningLimit: 1500,
    // What "use client" says to servers that render React means nothing here.
    rolldownOptions: { onLog: (level, log, say) => log.code !== "MODULE_LEVEL_DIRECTIVE" && say(level, log) },
    target: ["chrome92", "firefox91", "safari15"],
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
