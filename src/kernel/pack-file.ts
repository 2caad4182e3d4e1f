/** A pack as one file: resolved, with everything inherited in it, so that it needs nothing beside it. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { figureSchema, ledgerSchema, packSchema, rolesFileSchema, ruleSchema, templateSchema, type Pack } from "./definitions.ts";
import { checkPack } from "./pack-check.ts";
import type { LoadedPack } from "./pack.ts";
import { checkSource, readYaml, type Sources } from "./yaml-source.ts";

const packFileSchema = packSchema.omit({ extends: true, ledgers: true }).extend({
  lineage: z.array(z.string()).min(1),
  ledgers: z.array(ledgerSchema.omit({ extends: true, without: true, figures: true }).extend({ columns: z.array(z.string()) })),
  figures: z.array(figureSchema.extend({ from: z.string() })),
  rules: z.array(ruleSchema),
  roles: rolesFileSchema.shape.roles,
  templates: z.array(templateSchema.extend({ body: z.string(), file: z.string(), bodyLine: z.int() })),
});

/** The text of a pack's file. */
export const packFileText = (pack: Pack): string => `${JSON.stringify(pack, null, 1)}\n`;

/** Reads and checks a pack's file like a folder; what is wrong is in `problems`. */
export async function loadPackFile(path: string): Promise<LoadedPack> {
  const file = basename(path);
  const text = await readFile(path, "utf8");
  const { source, problems } = readYaml(file, text);
  if (problems.length === 0) problems.push(...checkSource(source, packFileSchema));
  if (problems.length > 0) return { pack: undefined, problems };
  const pack: Pack = packFileSchema.parse(source.value);
  const sources: Sources = new Map([["pack", { source, path: [] }]]);
  pack.ledgers.forEach(({ key }, index) => sources.set(`ledger:${key}`, { source, path: ["ledgers", index] }));
  pack.figures.forEach(({ key }, index) => sources.set(`figure:${key}`, { source, path: ["figures", index] }));
  pack.rules.forEach(({ key }, index) => sources.set(`rule:${key}`, { source, path: ["rules", index] }));
  problems.push(...checkPack(pack, sources));
  return { pack: problems.length > 0 ? undefined : pack, problems };
}
