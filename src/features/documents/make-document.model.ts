/** A document from a template to what is given out: started as a draft, its sources listed, frozen as a report. */
import { randomUUID } from "node:crypto";
import { mayUse, type Asker } from "#kernel/access.ts";
import type { CampaignCall } from "#kernel/action.ts";
import type { Campaign } from "#kernel/campaign.ts";
import { figureOf, partsOf } from "#kernel/figure-value.ts";
import { Problem } from "#kernel/problem.ts";
import type { Tx } from "#platform/db.ts";
import { getUnit } from "#features/units/units.model.ts";
import { annexDocx } from "./annex-docx.ts";
import type { Block, OfficialDocument } from "./documents.types.ts";
import { draftDoc, readDraft, writeDraft, type Draft } from "./draft-doc.types.ts";
import { figuresIn, type DraftBlock } from "./draft.types.ts";
import { allChanges, createDocument, markFinal, movedOn, oneLine, type DocumentRow } from "./drafts.model.ts";
import { officialDocx } from "./official-docx.ts";
import { templateOf } from "./make-report.model.ts";
import { freezeReport, newIdentity } from "./reports.model.ts";
import { openResolver, type ReportOrder } from "./resolver.model.ts";
import { readYaml, fences, type FenceName, type TemplateSource } from "./template.ts";
import { checkTemplate } from "./template-check.ts";
import { draftTemplate, fieldText, fillDraft } from "./template-fill.ts";

/** Starts a document from a template of the pack, or an empty one. */
export async function startDocument(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  order: Omit<ReportOrder, "template"> & { template: string | null; title: string | undefined },
): Promise<string> {
  const { resolver } = await openResolver(tx, campaign, { ...order, template: order.template ?? "" });
  const draft: Draft =
    order.template === null ? emptyDraft(campaign, order) : await draftTemplate(templateOf(campaign, order.template), resolver);
  const blocks = withoutFields(draft.blocks, (name) => fieldText(name, resolver));
  const head = { ...draft.head, ...(order.title === undefined ? {} : { title: order.title }) };
  const { about, from, to, template } = { ...order, about: order.unit };
  const made = { id: randomUUID(), about, template, kind: head.kind, title: oneLine(head.title), from, to };
  await createDocument(tx, campaign, asker, { ...made, change: writeDraft({ head, blocks }) }, order.now);
  return made.id;
}

const emptyDraft = (campaign: Campaign, { to }: { to: string }): Draft => ({
  head: { kind: "报告", title: "", organ: campaign.organ, copies: [], attachments: [], date: to },
  blocks: [{ kind: "paragraph", inlines: [] }],
});

/** A template's YAML as JSON, which is YAML too, so that it can be changed on screen. */
function asJson({ name, text }: { name: string; text: string }): string {
  const read = readYaml<unknown>(text, fences[name as FenceName], "", 1);
  return "value" in read ? JSON.stringify(read.value) : text;
}

type Field = Parameters<typeof fieldText>[0];

/** With unit and period settled, what names them is text like any other; a source becomes what the editor can change. */
function withoutFields(blocks: readonly DraftBlock[], say: (name: Field) => string): DraftBlock[] {
  const settled = (inlines: DraftBlock & { kind: "paragraph" }): DraftBlock & { kind: "paragraph" } => ({
    ...inlines,
    inlines: inlines.inlines.map((one) => (one.kind === "field" ? { kind: "text", text: say(one.name) } : one)),
  });
  const plain = (inlines: (DraftBlock & { kind: "paragraph" })["inlines"]) => settled({ kind: "paragraph", inlines }).inlines;
  return blocks.map((block) => {
    if (block.kind === "source") return { ...block, text: asJson(block) };
    return block.kind === "paragraph" ? settled(block) : { ...block, inlines: plain(block.inlines), text: plain(block.text) };
  });
}

export async function readDocument(tx: Tx, document: DocumentRow): Promise<Draft> {
  return readDraft(draftDoc((await allChanges(tx, document)).changes), document.kind);
}

type Maker = Pick<CampaignCall, "tx" | "asker" | "now" | "counting">;

const orderFor = (document: DocumentRow, { asker, now, counting }: Maker): ReportOrder => ({
  template: document.template ?? "",
  unit: document.about,
  from: document.from,
  to: document.to,
  actor: asker.account?.id ?? null,
  now,
  asker,
  counting,
});

/** Rows or items of a source as they stand now, for whoever asks. */
export async function listSource(
  call: Maker,
  campaign: Campaign,
  document: DocumentRow,
  source: { name: string; text: string },
): Promise<Block[]> {
  const block: DraftBlock = { kind: "source", line: 0, ...source };
  checkSources(campaign, [block]);
  const { resolver } = await openResolver(call.tx, campaign, orderFor(document, call));
  return fillDraft([block], resolver, "文稿");
}

/** Freezes a draft as a report, if it is still what its finisher has seen (`seq`). */
export async function finaliseDocument(
  call: Maker,
  campaign: Campaign,
  document: DocumentRow,
  seq: number,
): Promise<{ code: string }> {
  const { tx, asker, now } = call;
  if (document.seq !== seq) throw movedOn();
  const { head, blocks } = await readDocument(tx, document);
  if (head.title === "") throw new Problem("no_title", 422, "文稿还没有标题。请写上标题再定稿。");
  await checkFigures(tx, campaign, asker, blocks);
  checkSources(campaign, blocks);
  const order = orderFor(document, call);
  const { resolver, behind } = await openResolver(tx, campaign, order);
  const body = await fillDraft(blocks, resolver, "文稿");
  const final: OfficialDocument = { ...head, date: head.date === "" ? document.to : head.date, body };
  const identity = newIdentity();
  const { marks } = await officialDocx(final, identity);
  await freezeReport(tx, campaign, order, identity, final.title.replaceAll("\n", ""), marks, behind);
  const used = ledgersIn(campaign, [...new Set(marks.map(({ answer }) => answer.key))], blocks);
  const readable = used.filter((key) => {
    const ledger = campaign.ledgers.get(key);
    return ledger !== undefined && mayUse(asker, ledger, "read") === true;
  });
  await markFinal(tx, document, asker, final, identity, readable, now);
  return { code: identity.code };
}

/** A copy to go on writing; the old one stays. */
export async function copyDocument(
  tx: Tx,
  campaign: Campaign,
  asker: Asker,
  document: DocumentRow,
  reason: string,
  now: Date,
): Promise<string> {
  const { about, template, kind, title, from, to } = document;
  const id = randomUUID();
  const change = writeDraft(await readDocument(tx, document));
  await createDocument(
    tx,
    campaign,
    asker,
    { id, about, template, kind, title, from, to, change, source: document.id, reason },
    now,
  );
  return id;
}

/** Word files of a document that was given out: the same bytes each time. */
export async function documentFiles(
  document: OfficialDocument,
  identity: { report: string; code: string },
  part: "report" | "annex",
) {
  const { docx, marks } = await officialDocx(document, identity);
  return part === "report" ? docx : annexDocx(document, identity, marks);
}

/** Every figure that is named must exist, and its unit be one that the finisher sees. */
async function checkFigures(tx: Tx, campaign: Campaign, asker: Asker, blocks: readonly DraftBlock[]): Promise<void> {
  const figures = figuresIn(blocks);
  const unknown = [...new Set(figures.map(({ key }) => key).filter((key) => !campaign.figures.has(key)))];
  if (unknown.length > 0)
    throw new Problem(
      "unknown_figure",
      422,
      `文中的指标${unknown.map((key) => `“${key}”`).join("、")}已不在方案里。请删去或换成别的指标。`,
    );
  for (const unit of new Set(figures.flatMap((one) => one.unit ?? []))) await getUnit(tx, asker, unit);
}

function checkSources(campaign: Campaign, blocks: readonly DraftBlock[]): void {
  const names = { figures: campaign.figures.keys(), ledgers: [...campaign.ledgers.values()] };
  for (const block of blocks) {
    if (block.kind !== "source") continue;
    const body = `\`\`\`${block.name}\n${block.text.replaceAll("```", "")}\n\`\`\``;
    const problems = checkTemplate(asTemplate(body), names);
    if (problems.length > 0)
      throw new Problem(
        "bad_source",
        422,
        `文中的表或清单有${problems.length}处不对：${problems.map(({ reason }) => reason).join("；")}。请修改或删去。`,
      );
  }
}

const asTemplate = (body: string): TemplateSource => ({
  key: "document",
  name: "文稿",
  kind: "报告",
  title: "",
  copies: [],
  attachments: [],
  body,
  file: "文稿",
  bodyLine: 1,
});

/** Ledgers that figures count and sources list. */
function ledgersIn(campaign: Campaign, keys: readonly string[], blocks: readonly DraftBlock[]): string[] {
  const period = { from: campaign.from, to: campaign.from };
  const counted = keys.flatMap((key) => {
    figureOf(campaign, key);
    return partsOf(campaign, key, period).map((part) => part.request.plan.ledger.key);
  });
  const listed = blocks.flatMap((block) => {
    if (block.kind !== "source" || block.name === "figures") return [];
    const read = readYaml<unknown>(block.text, fences[block.name as FenceName], "文稿", 1);
    return "value" in read ? [(read.value as { ledger: string }).ledger] : [];
  });
  return [...new Set([...counted, ...listed])];
}
