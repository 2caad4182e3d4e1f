/** How the browser's part is built. Run under Node itself (`--configLoader native`), so that it can read the actions. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, defineConfig, type Plugin, type Rolldown } from "vite";
import { tokensCss } from "./scripts/tokens-css.ts";
import { actions } from "./src/main.ts";
import { words } from "./src/web/words/words.ts";

/** Modules that are made here rather than read. */
const made: Readonly<Record<string, () => unknown>> = {
  "virtual:tokens.css": tokensCss,
  /** Method and path of each action by name, read from the actions themselves: the browser's client needs no more. */
  "virtual:routes": () => Object.fromEntries(actions.map(({ name, method, path }) => [name, [method, path]])),
  /** The words of each language by itself; each file of words has all of them. */
  "virtual:words/zh": () => words.zh,
  "virtual:words/en": () => words.en,
};

const making = (): Plugin => ({
  name: "making",
  resolveId: (source) => (source in made ? `\0${source}` : undefined),
  load(id) {
    const name = id.slice(1);
    if (id[0] !== "\0" || !(name in made)) return undefined;
    const it = made[name]?.();
    return name.endsWith(".css") ? String(it) : `export default ${JSON.stringify(it)}`;
  },
});

/** A box shared by tooltips: antd's frame would bring it, with all that opens and moves, to every page, and none uses it. */
const withoutSharedTooltip = (): Plugin => ({
  name: "without-shared-tooltip",
  enforce: "pre",
  resolveId: (source) => (source === "../tooltip/UniqueProvider" ? "\0no-tooltip" : undefined),
  load: (id) => (id === "\0no-tooltip" ? "export default ({ children }) => children" : undefined),
});

const root = resolve(import.meta.dirname, "src/web");
const outDir = resolve(import.meta.dirname, "dist/web");
const target = ["chrome92", "firefox91", "safari15"];

/** What opens without a network, with what may be asked and said there. */
const offlineParts = [
  "RecordPage.tsx",
  "RecordForm.tsx",
  "RecordDone.tsx",
  "MyDayPage.tsx",
  "SignIn.tsx",
  "SignInAgain.tsx",
  "Dressed.tsx",
  "Speaker.tsx",
  "virtual:words/en",
];

/** What is only looked at, like the gallery, stands in a folder of its own and is neither packed nor kept for times without network. */
const forUse = (_: unknown, { command, mode }: { command: string; mode: string }): boolean =>
  command === "build" && mode === "production";

/** Builds the service worker, with the list of files that those parts are made of. */
const offline = (): Plugin => ({
  name: "offline",
  apply: forUse,
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
      if (part.type === "chunk" && (part.isEntry || offlineParts.some((one) => part.facadeModuleId?.endsWith(one))))
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

/** Packs what is text once and as well as it goes, so that the server need not at every request. */
const packed = (): Plugin => ({
  name: "packed",
  apply: forUse,
  // After the service worker, which reads the folder.
  enforce: "post",
  closeBundle() {
    for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
      if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
      const content = readFileSync(resolve(outDir, name));
      if (content.length < 1024) continue;
      writeFileSync(resolve(outDir, `${name}.br`), brotliCompressSync(content));
      writeFileSync(resolve(outDir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
});

const from = (names: string): RegExp => new RegExp(`[\\\\/]node_modules[\\\\/](${names})[\\\\/]`);
/** Our own files that the first page is made of, without what a page takes when it is opened. */
const isOfStart = (id: string, modules: Rolldown.ChunkingContext): boolean => {
  if (start.size === 0) {
    const take = (one: string): void => {
      if (start.has(one) || one.includes("node_modules")) return;
      start.add(one);
      modules.getModuleInfo(one)?.importedIds.forEach(take);
    };
    take(resolve(root, "main.tsx"));
  }
  return start.has(id);
};
const start = new Set<string>();

// What the compiler puts in for older browsers, and the context of antd's messages, would bring all of antd's look along.
const frame = new RegExp(
  `@oxc-project\\+runtime|${from("react|react-dom|scheduler|@tanstack/[^/]+|i18next|react-i18next|use-sync-external-store|react-is|antd/es/app(?=/context)").source}`,
);
const look = from(
  "stylis|@emotion/[^/]+|@babel/runtime|@ant-design/(?:colors|cssinjs|cssinjs-utils|fast-color)|@rc-component/util|antd/es/(?:theme|config-provider/(?!defaultRenderEmpty)|button|locale)",
);

export default defineConfig({
  root,
  plugins: [making(), withoutSharedTooltip(), offline(), packed()],
  build: {
    outDir,
    emptyOutDir: true,
    // Offices keep old browsers; antd needs Chromium 88 for its selectors.
    // What a page may weigh is measured in bench/.
    chunkSizeWarningLimit: 1500,
    // What "use client" says to servers that render React means nothing here.
    rolldownOptions: {
      // antd's parts do not say that they only define things, and came along whole for a single context.
      treeshake: { moduleSideEffects: (id) => !/[\\/]node_modules[\\/](@rc-component|@ant-design)[\\/]/.test(id) },
      onLog: (level, log, say) => log.code !== "MODULE_LEVEL_DIRECTIVE" && say(level, log),
      // What every page needs comes in three parts instead of forty, which costs fewer requests and packs better.
      output: {
        codeSplitting: {
          groups: [
            { name: "frame", test: frame },

            { name: "look", test: look },
            { name: (id, at) => (isOfStart(id, at) ? "start" : null) },
          ],
        },
      },
    },
    target,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8080" } },
});
