/** docs/schemas/ is what pack files are checked by; after a change of definitions.ts, `node scripts/publish-schemas.ts` renews it. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { publishedSchemas, schemaFolder } from "../scripts/publish-schemas.ts";

const packs = resolve(import.meta.dirname, "../packs");
const published = (name: string): string => readFileSync(join(schemaFolder, name), "utf8");
const schemas = new Map(
  [...publishedSchemas().keys()].map((name) => [
    name.replace(".json", ""),
    z.fromJSONSchema(JSON.parse(published(name)) as z.core.JSONSchema.JSONSchema),
  ]),
);
const schemaOf = (kind: string): z.ZodType => schemas.get(kind) as z.ZodType;

/** The schema for a file of a pack folder, and what it is for. */
function kindOf(path: string): string | undefined {
  if (path.includes("/ledgers/")) return "ledger";
  if (path.includes("/templates/")) return "template";
  return ["pack", "figures", "rules", "roles"].find((name) => basename(path) === `${name}.yaml`);
}
const contentOf = (path: string): unknown => {
  const text = readFileSync(path, "utf8");
  return parse(path.endsWith(".md") ? (/^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1] ?? "") : text) as unknown;
};

describe("published JSON Schemas", () => {
  it("are those of the definitions", () => {
    const now = publishedSchemas();
    expect(readdirSync(schemaFolder).toSorted()).toEqual([...now.keys()].toSorted());
    for (const [name, text] of now) expect(published(name)).toBe(text);
  });

  it("accept every file of every pack", () => {
    const files = readdirSync(packs, { recursive: true, encoding: "utf8" }).filter((file) => /[.](yaml|md)$/.test(file));
    const seen = new Set<string>();
    for (const file of files) {
      const kind = kindOf(`/${file}`);
      if (kind === undefined) continue;
      seen.add(kind);
      const { error } = schemaOf(kind).safeParse(contentOf(join(packs, file)));
      expect({ file, issues: error?.issues ?? [] }).toEqual({ file, issues: [] });
    }
    expect([...seen].toSorted()).toEqual(["figures", "ledger", "pack", "roles", "rules", "template"]);
  });

  it("refuse what the program refuses", () => {
    const wrong: [string, object][] = [
      ["pack", { key: "Pack", name: "方案", version: "1.0.0" }],
      ["pack", { key: "pack", name: "方案", version: "1" }],
      ["ledger", { key: "book", fields: [{ name: "日期", type: "day" }] }],
      ["ledger", { key: "book", feilds: [] }],
      ["figures", { figures: [{ key: "a", name: "甲", count: "records" }] }],
      ["figures", { figures: [{ key: "a", name: "甲", where: { 状态: { above: true } } }] }],
      ["rules", { rules: [{ key: "a", name: "甲", figure: "x", threshold: { by: "2023-02-30" } }] }],
      ["roles", { roles: [{ name: "办公室" }] }],
      ["template", { key: "report", name: "报告", title: "报告", kind: "通报" }],
    ];
    for (const [kind, content] of wrong)
      expect({ kind, content, accepted: schemaOf(kind).safeParse(content).success }).toEqual({ kind, content, accepted: false });
  });
});
