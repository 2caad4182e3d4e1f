/** A campaign's pack: its versions, a new one checked and loaded, an earlier one put back, the campaign's own facts. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { campaignAction, type CampaignCall, type Call } from "#kernel/action.ts";
import type { Ledger, Pack, ReportTemplate } from "#kernel/definitions.ts";
import { day, id } from "#kernel/input.ts";
import { packFileText } from "#kernel/pack-file.ts";
import { Problem } from "#kernel/problem.ts";
import { mayManagePacks } from "./campaigns.policy.ts";
import { packChanges } from "./pack-changes.ts";
import { loadHere, refuseLoading } from "./pack-loading.ts";
import { readUploadedPack } from "./pack-upload.ts";
import { getPackVersion, listPackVersions } from "./packs.model.ts";

/** What is wrong with a report template; the language of templates is known to the feature that fills them. */
export type CheckTemplate = (
  template: ReportTemplate,
  known: { figures: ReadonlySet<string>; ledgers: readonly Ledger[] },
) => readonly { file: string; line: number; reason: string }[];

const problemOut = z.object({ file: z.string(), line: z.int(), path: z.string(), reason: z.string() });
export const packOut = z.object({
  key: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string().optional(),
  ledgers: z.int(),
  figures: z.int(),
  templates: z.int(),
});
const changeOut = z.object({
  what: z.enum(["ledger", "field", "figure", "rule", "template", "role", "phase"]),
  change: z.enum(["added", "removed", "changed"]),
  name: z.string(),
  of: z.string().nullable(),
});
export const checkOut = z.object({
  pack: packOut.nullable().meta({ description: "有问题时没有" }),
  problems: z.array(problemOut).meta({ description: "在哪个文件、哪一行，什么不对" }),
});

export const packBrief = (pack: Pack): z.infer<typeof packOut> => ({
  key: pack.key,
  name: pack.name,
  version: pack.version,
  description: pack.description,
  ledgers: pack.ledgers.length,
  figures: pack.figures.length,
  templates: pack.templates.length,
});

/** Reads and checks the pack that came with a request, its templates too. */
export async function readSentPack(call: Call, checkTemplate: CheckTemplate) {
  const { pack, problems } = await readUploadedPack(call.upload as NonNullable<Call["upload"]>, await call.folder());
  const known = { figures: new Set(pack?.figures.map((figure) => figure.key)), ledgers: pack?.ledgers ?? [] };
  for (const template of pack?.templates ?? [])
    problems.push(...checkTemplate(template, known).map(({ file, line, reason }) => ({ file, line, reason, path: "" })));
  return { pack: problems.length === 0 ? pack : undefined, problems };
}

const subject = ({ campaign }: CampaignCall) => Promise.resolve(campaign);

export const list = campaignAction({
  name: "packs.list",
  method: "GET",
  path: "/api/campaigns/:campaign/packs",
  summary: "方案包的各个版本",
  input: z.object({}),
  output: z.object({
    versions: z.array(
      z.object({
        id: z.int(),
        version: z.string(),
        name: z.string(),
        loadedAt: z.string(),
        ledgers: z.int(),
        figures: z.int(),
        current: z.boolean(),
      }),
    ),
  }),
  subject,
  allow: mayManagePacks,
  run: async ({ tx, campaign }) => ({
    versions: (await listPackVersions(tx, campaign.key)).map((one) => ({ ...one, current: one.id === campaign.packId })),
  }),
});

export const get = campaignAction({
  name: "packs.export",
  method: "GET",
  path: "/api/campaigns/:campaign/packs/:pack/file",
  summary: "把一个版本的方案包导成文件",
  input: z.object({ pack: id }),
  output: { file: ["application/json"] },
  sensitive: true,
  subject: ({ tx, campaign }, { pack }) => getPackVersion(tx, campaign.key, pack),
  allow: mayManagePacks,
  async run(call, pack) {
    const path = join(await call.folder(), "pack.json");
    await writeFile(path, packFileText(pack));
    return { path, name: `${pack.name}_${pack.version}.json`, type: "application/json" };
  },
  about: ({ pack }) => ({ id: pack }),
});

export const compare = campaignAction({
  name: "packs.changes",
  method: "GET",
  path: "/api/campaigns/:campaign/packs/:pack/changes",
  summary: "现用的方案包与一个版本相比改了什么",
  input: z.object({ pack: id }),
  output: z.object({ changes: z.array(changeOut) }),
  subject: ({ tx, campaign }, { pack }) => getPackVersion(tx, campaign.key, pack),
  allow: mayManagePacks,
  run: ({ campaign }, pack) => Promise.resolve({ changes: packChanges(pack, campaign.pack) }),
});

export const restore = campaignAction({
  name: "packs.restore",
  method: "POST",
  path: "/api/campaigns/:campaign/packs/:pack/restore",
  summary: "改回方案包的一个版本",
  input: z.object({ pack: id }),
  output: packOut,
  seconds: 600,
  subject: ({ tx, campaign }, { pack }) => getPackVersion(tx, campaign.key, pack),
  allow: mayManagePacks,
  async run(call, pack) {
    await loadHere(call, pack);
    return packBrief(pack);
  },
  about: ({ pack }, found) => ({ id: found ? `${pack} ${found.version}` : pack }),
});

export const describe = campaignAction({
  name: "campaigns.change",
  method: "PATCH",
  path: "/api/campaigns/:campaign",
  summary: "修改活动的名称、主办单位和日期",
  description: "写成方案包的一个新版本。",
  input: z.object({
    name: z.string().trim().min(1).max(100).optional(),
    organ: z.string().trim().min(1).max(100).optional(),
    from: day.optional(),
    to: day.nullable().optional(),
    reportDate: day.nullable().optional(),
  }),
  output: packOut,
  seconds: 600,
  subject,
  allow: mayManagePacks,
  async run(call, { pack }, given) {
    const campaign = withFacts(pack, given);
    const [major = "1", minor = "0", patch = "0"] = pack.version.split(".");
    const next = { ...pack, campaign, version: `${major}.${minor}.${Number(patch) + 1}` };
    await loadHere(call, next);
    return packBrief(next);
  },
  about: (_, found) => ({ id: found?.key }),
});

type Facts = { [K in keyof NonNullable<Pack["campaign"]>]?: NonNullable<Pack["campaign"]>[K] | null | undefined };

/** The campaign of a pack with other facts; null takes one away. */
export function withFacts(pack: Pack, given: Facts): NonNullable<Pack["campaign"]> {
  const facts = Object.fromEntries(
    Object.entries({
      ...pack.campaign,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    }).filter(([, value]) => value !== null),
  ) as NonNullable<Pack["campaign"]>;
  if (facts.to !== undefined && facts.to < facts.from)
    throw new Problem("bad_days", 422, `活动的结束日期${facts.to}早于开始日期${facts.from}，请核对。`);
  if (facts.reportDate !== undefined && facts.reportDate < facts.from)
    throw new Problem("bad_days", 422, `报告日期${facts.reportDate}早于活动的开始日期${facts.from}，请核对。`);
  return facts;
}

/** Checking and loading what is sent: [check, load]. */
export const packActions = (checkTemplate: CheckTemplate) =>
  [
    campaignAction({
      name: "packs.check",
      method: "POST",
      path: "/api/campaigns/:campaign/packs/check",
      summary: "检查方案包，不装入",
      description: "文件是 pack export 导出的一个文件，或方案包文件夹的 .zip。",
      input: z.object({}),
      output: checkOut.extend({ changes: z.array(changeOut).meta({ description: "与现用的版本相比" }) }),
      upload: true,
      subject,
      allow: mayManagePacks,
      async run(call, campaign) {
        const { pack, problems } = await readSentPack(call, checkTemplate);
        if (pack) await refuseLoading(pack, call);
        return { pack: pack ? packBrief(pack) : null, problems, changes: pack ? packChanges(campaign.pack, pack) : [] };
      },
      about: () => ({ id: "check" }),
    }),
    campaignAction({
      name: "packs.load",
      method: "POST",
      path: "/api/campaigns/:campaign/packs",
      summary: "装入方案包的新版本",
      description: "旧记录仍按写入时的版本可读。",
      input: z.object({}),
      output: packOut,
      upload: true,
      seconds: 600,
      subject,
      allow: mayManagePacks,
      async run(call) {
        const { pack, problems } = await readSentPack(call, checkTemplate);
        if (!pack)
          throw new Problem("pack_faults", 422, `方案包有${problems.length}处问题，没有装入。请按所列的文件和行号改正。`, {
            problems,
          });
        await loadHere(call, pack);
        return packBrief(pack);
      },
      about: () => ({ id: "load" }),
    }),
  ] as const;
