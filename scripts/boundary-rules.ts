/**
 * Which way imports point: main/cli (with its commands) → features → kernel → platform, web beside features.
 *
 * Run by `lint-boundaries.ts`. The parser is swc: with TypeScript 7 alone dependency-cruiser reads no `.ts`
 * file and reports nothing. What a browser file may reach at run time is checked in that script, because a rule here
 * cannot leave out type-only imports along a path.
 */
import type { ICruiseOptions, IResolveOptions } from "dependency-cruiser";

/** A feature may import those to its left, so the order here is the order of the product. */
export const features =
  "units people access audit ledgers figures campaigns tasks learning exams findings leads documents notices exchange".split(" ");

export const test = "[.]test[.]tsx?$";
export const browser = "^src/web/|^src/features/.+[.]tsx$";

export const rules: ICruiseOptions = {
  ruleSet: {
    forbidden: [
      {
        name: "platform-imports-nothing-above",
        comment: "platform knows no product words: it imports only platform",
        severity: "error" as const,
        from: { path: "^src/platform/" },
        to: { path: "^src/(?!platform/)" },
      },
      {
        name: "kernel-imports-only-platform",
        comment: "kernel is the declaration language: it imports kernel and platform",
        severity: "error" as const,
        from: { path: "^src/kernel/" },
        to: { path: "^src/(?!kernel/|platform/)" },
      },
      {
        name: "only-main-and-cli-list-features",
        comment: "a file outside the features (main, cli and the browser apart) may not import one",
        severity: "error" as const,
        from: { path: "^src/", pathNot: `^src/(main|cli)[.]ts$|^src/(commands|features|web|kernel|platform)/|${test}` },
        to: { path: "^src/features/" },
      },
      {
        name: "nothing-imports-main",
        comment: "main and cli stand at the top: only tests and the start scripts import them",
        severity: "error" as const,
        from: { path: "^src/", pathNot: `^src/(cli[.]ts$|commands/|web/api/contract[.]ts$)|${test}` },
        to: { path: "^src/(main|cli)[.]ts$" },
      },
      {
        name: "contract-is-types",
        comment: "the browser takes the types of the actions from main, and nothing that runs",
        severity: "error" as const,
        from: { path: "^src/web/api/contract[.]ts$" },
        to: { path: "^src/(main|cli)[.]ts$", dependencyTypesNot: ["type-only"] },
      },
      {
        name: "feature-imports-web",
        comment: "only a feature's browser files (.tsx) use the design system in src/web",
        severity: "error" as const,
        from: { path: "^src/features/.+[.]ts$", pathNot: test },
        to: { path: "^src/web/" },
      },
      {
        name: "feature-not-in-the-list",
        comment: "a folder in src/features must have its place in the order at the top of scripts/boundary-rules.ts",
        severity: "error" as const,
        from: { path: "^src/features/", pathNot: `^src/features/(${features.join("|")})/` },
        to: {},
      },
      ...features.map((feature, index) => ({
        name: `feature-order-${feature}`,
        comment: `${feature} may import only features to its left: ${features.slice(0, index).join(" ") || "none"}`,
        severity: "error" as const,
        from: { path: `^src/features/${feature}/`, pathNot: test },
        to: { path: `^src/features/(?!(${features.slice(0, index + 1).join("|")})/)` },
      })),
      {
        name: "feature-by-its-model-or-types",
        comment: "of another feature, take its *.model.ts or *.types.ts, not its inside",
        severity: "error" as const,
        from: { path: "^src/features/([^/]+)/", pathNot: test },
        to: { path: "^src/features/", pathNot: "^src/features/$1/|[.](model|types)[.]ts$" },
      },
      {
        name: "browser-takes-only-types",
        comment: "a browser file takes a feature's *.types.ts, *.words.ts and components, never its SQL, actions or policy",
        severity: "error" as const,
        from: { path: browser, pathNot: test },
        to: { path: "^src/features/", pathNot: "[.](types|words)[.]ts$|[.]tsx$|[.]css$" },
      },
      {
        name: "browser-keeps-off-platform",
        comment: "platform is the server: a browser file takes kernel and types, nothing else of ours",
        severity: "error" as const,
        from: { path: browser, pathNot: test },
        to: { path: "^src/platform/" },
      },
      {
        name: "server-imports-web",
        comment: "the server sends the built browser files, it never imports them",
        severity: "error" as const,
        from: { path: "^src/(main|cli)[.]ts$" },
        to: { path: "^src/web/|^src/.+[.]tsx$" },
      },
      {
        name: "no-cycles",
        comment: "of two files that need each other at run time one has the wrong job",
        severity: "error" as const,
        from: {},
        to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
      },
      {
        name: "imports-resolve",
        comment: "an import that leads nowhere would escape every other rule",
        severity: "error" as const,
        from: {},
        // What the build makes is declared in `routes.d.ts`.
        to: { couldNotResolve: true, pathNot: "^virtual:" },
      },
    ],
  },
  validate: true,
  parser: "swc",
  doNotFollow: { path: "node_modules" },
};

export const resolution: Partial<IResolveOptions> = {
  extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
  exportsFields: ["exports"],
  conditionNames: ["import", "node", "default", "types"],
};
