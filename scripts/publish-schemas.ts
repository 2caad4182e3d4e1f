/**
 * Writes the JSON Schemas of pack files into docs/schemas/, from the same zod schemas that check packs: an editor that is
 * given one completes and checks while a pack is written. `node scripts/publish-schemas.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  figuresFileSchema,
  ledgerSchema,
  packSchema,
  rolesFileSchema,
  rulesFileSchema,
  templateSchema,
} from "#kernel/definitions.ts";

export const schemaFolder = resolve(import.meta.dirname, "../docs/schemas");

const files: Record<string, { title: string; schema: z.ZodType }> = {
  pack: { title: "方案包 pack.yaml", schema: packSchema },
  // A file that changes an inherited ledger need not repeat its name.
  ledger: { title: "台账 ledgers/*.yaml", schema: ledgerSchema.partial({ name: true }) },
  figures: { title: "指标 figures.yaml", schema: figuresFileSchema },
  rules: { title: "要求 rules.yaml", schema: rulesFileSchema },
  roles: { title: "角色 roles.yaml", schema: rolesFileSchema },
  template: { title: "报告模板 templates/*.md 的抬头部分", schema: templateSchema },
};

/** Text of each file below docs/schemas/, by name. JSON Schema 2020-12, of what is written in a file: defaults may be left out. */
export function publishedSchemas(): Map<string, string> {
  return new Map(
    Object.entries(files).map(([name, { title, schema }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12", reused: "ref" });
      return [`${name}.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
}

if (import.meta.main) {
  mkdirSync(schemaFolder, { recursive: true });
  for (const [name, text] of publishedSchemas()) writeFileSync(join(schemaFolder, name), text);
}
