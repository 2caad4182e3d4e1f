/** How the browser's part is built. Run under Node itself (`--configLoader native`), so that it can read the actions. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, defineConfig, type Plugin } from "vite";
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

const root = resolve(import.meta.dirname, "src/web");
const outDir = resolve(import.meta.dirname, "dist/web");
const target = ["chrome92", "firefox91", "safari15"];

/** What opens without a network, with what may be asked and said there. */
const offlinePages = ["RecordPage.tsx", "MyDayPage.tsx", "SignIn.tsx", "SignInAgain.tsx", "Speaker.tsx"];

/** Builds the service worker, with the list of files that those pages are made of. */
const offline = (): Plugin => ({
  name: "offline",
  apply: "build",
  async writeBundle(_, bundle) {
    const files = new Set<string>();
    const take = (name: string): void => {
      const part = bundle[name];
      if (files.has(name) || !part) return;
      files.add(name);
      if (part.type !== "chunk") return;
      part.imports.forEach(take);
      for (const css of part.viteMetadata?.importedCss ?? []) files.add(css);
    };
    for (const part of Object.values(bundle))
      if (part.type === "chunk" && (part.isEntry || offlinePages.some((page) => part.facadeModuleId?.endsWith(`/${page}`))))
        take(part.fileName);
    const revised = (name: string) => ({
      url: `/${name}`,
      revision: createHash("sha256")
        .update(readFileSync(resolve(outDir, name)))
        .digest("hex")
        .slice(0, 16),
    });
    const list = [
      ...[...files].map((name) => ({ url: `/${name}`, revision: null })),
      ...["index.html", ...readdirSync(resolve(root, "public"))].map(revised),
    ];
    await build({
      configFile: false,
      root,
      publicDir: false,
      logLevel: "error",
      define: { "self.keptFiles": JSON.stringify(list) },
      build: {
        outDir,
        emptyOutDir: false,
        target,
        rolldownOptions: {
          input: resolve(root, "service-worker.ts"),
          output: { format: "iife", entryFileNames: "service-worker.js" },
        },
      },
    });
  },
});

const from = (names: string): RegExp => new RegExp(`[\\\\/]node_modules[\\\\/](${names})[\\\\/]`);
const frame = from("react|react-dom|scheduler|@tanstack/[^/]+|i18next|react-i18next|use-sync-external-store|react-is");
const look = from(
  "stylis|@emotion/[^/]+|@babel/runtime|@ant-design/(?:colors|cssinjs|cssinjs-utils|fast-color)|@rc-component/util|antd/es/(?:theme|config-provider)",
);

export default defineConfig({
  root,
  plugins: [routes(), offline()],
  build: {
    outDir,
    emptyOutDir: true,
    // Offices keep old browsers; antd needs Chromium 88 for its selectors.
    // What a page may weigh is measured in bench/.
    chunkSizeWarningLimit: 1500,
    // What "use client" says to servers that render React means nothing here.
    rolldownOptions: {
      onLog: (level, log, say) => log.code !== "MODULE_LEVEL_DIRECTIVE" && say(level, log),
      // What every page needs comes in two parts instead of forty, which costs fewer requests and packs better.
      output: {
        codeSplitting: {
          groups: [
            { name: "frame", test: frame },
            { name: "look", test: look },
          ],
        },
      },
    },
    target,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
