/** Shapes of a filled document as it goes over the wire. */
import { z } from "zod";

const value = z.union([z.number(), z.string()]).nullable();

export const figureAnswer = z.object({
  key: z.string(),
  name: z.string(),
  value,
  exact: z.string(),
  text: z.string(),
  unit: z.string(),
  definition: z.string(),
  definitionVersion: z.string(),
  scope: z.string(),
  from: z.string(),
  to: z.string(),
  asOf: z.string(),
  records: z.int().nullable(),
  digest: z.string().nullable(),
});

const inline = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("text"), text: z.string() }),
  z.object({ kind: z.literal("field"), name: z.string(), text: z.string() }),
  z.object({ kind: z.literal("figure"), key: z.string(), text: z.string(), answer: figureAnswer }),
]);
const inlines = z.array(inline);

export const block = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("heading"),
    level: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
    inlines,
    text: inlines,
  }),
  z.object({ kind: z.literal("paragraph"), inlines }),
  z.object({
    kind: z.literal("table"),
    title: inlines,
    columns: z.array(z.object({ title: z.string(), width: z.number() })),
    rows: z.array(z.array(inlines)),
    note: z.string(),
  }),
]);

export const officialDocument = z.object({
  kind: z.enum(["报告", "通知"]),
  title: z.string(),
  organ: z.string().optional(),
  number: z.string().optional(),
  signatory: z.string().optional(),
  copyNumber: z.string().optional(),
  secrecy: z.string().optional(),
  urgency: z.string().optional(),
  to: z.string().optional(),
  body: z.array(block),
  attachments: z.array(z.string()),
  date: z.string(),
  copies: z.array(z.string()),
  printer: z.string().optional(),
  printed: z.string().optional(),
});

export const figureDrift = z.object({
  position: z.int(),
  figure: z.string(),
  name: z.string(),
  status: z.string().meta({ description: "一致、有变化、记录有变化、文稿被改" }),
  frozen: value,
  now: value,
  shown: z.string(),
  shownNow: z.string(),
  inFile: z.string().nullable(),
  definitionChanged: z.boolean(),
  causes: z.array(
    z.object({
      entryId: z.string(),
      ledger: z.string(),
      number: z.string().nullable(),
      unit: z.string(),
      change: z.string(),
      events: z.array(
        z.object({
          version: z.int(),
          action: z.string(),
          at: z.string(),
          actor: z.int().nullable(),
          reason: z.string().nullable(),
          changes: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
  ),
});
