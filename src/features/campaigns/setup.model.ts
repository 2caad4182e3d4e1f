/** An installation that nobody has an account in: the code that opens it, and what there is to choose from. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pack } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";
import { notFound, Problem } from "#kernel/problem.ts";
import { readYaml } from "#kernel/yaml-source.ts";
import { sql, type Tx } from "#platform/db.ts";
import { randomPaperCode, typedPaperCode } from "#platform/paper-code.ts";
import { findShipped, shipped } from "./pack-upload.ts";

/** Nobody can sign in. */
export const needsSetUp = async (tx: Tx): Promise<boolean> => (await tx.one(sql`select 1 from accounts limit 1`)) === undefined;

/** However it was typed off the console. */
const digestOf = (code: string): Buffer => createHash("sha256").update(typedPaperCode(code)).digest();

/** Makes the one code that opens an empty installation; one made before is good no longer. */
export async function offerCode(tx: Tx, now: Date): Promise<string> {
  const code = randomPaperCode();
  await tx.query(sql`delete from setup_codes`);
  await tx.query(sql`insert into setup_codes (code, made_at) values (${digestOf(code)}, ${now.toISOString()})`);
  return code;
}

/** Throws unless the code opens this installation. Of two who come with it at once the second waits, and finds it used. */
export async function checkCode(tx: Tx, code: string): Promise<void> {
  const found = await tx.one(sql`select 1 from setup_codes where code = ${digestOf(code)} for update`);
  if (!(await needsSetUp(tx))) throw new Problem("set_up_already", 409, "系统已经启用，设置码不再有效。请直接登录。");
  if (!found)
    throw new Problem(
      "wrong_code",
      403,
      "设置码不正确。请核对服务器启动时在控制台上显示的设置码；服务器重新启动过的，以最后一次显示的为准。",
    );
}

export const useCode = (tx: Tx): Promise<object[]> => tx.query(sql`delete from setup_codes`);

export interface Choice {
  key: string;
  name: string;
  version: string;
  description?: string | undefined;
  campaign: NonNullable<Pack["campaign"]>;
}

/** Packs that a campaign can be begun with: those that were sent or loaded, and those that come with the program. */
export async function listChoices(tx: Tx): Promise<Choice[]> {
  const stored = await tx.query<{ definition: Pack }>(
    sql`select distinct on (key) definition from packs order by key, pack_id desc`,
  );
  const found = stored.map(({ definition }) => definition).filter(({ campaign }) => campaign !== undefined) as Choice[];
  for (const key of (await readdir(shipped)).toSorted()) {
    const text = await readFile(join(shipped, key, "pack.yaml"), "utf8").catch(() => undefined);
    const value = text === undefined ? undefined : (readYaml(key, text).source?.value as Choice | undefined);
    if (value?.campaign && !found.some((one) => one.key === key)) found.push(value);
  }
  return found.map(({ key, name, version, description, campaign }) => ({ key, name, version, description, campaign }));
}

/** A pack that was chosen, whole. */
export async function getChoice(tx: Tx, key: string): Promise<Pack> {
  const stored = await tx.one<{ definition: Pack }>(
    sql`select definition from packs where key = ${key} order by pack_id desc limit 1`,
  );
  if (stored) return stored.definition;
  const folder = await findShipped(key);
  const { pack } = folder === undefined ? { pack: undefined } : await loadPack(folder);
  if (!pack) throw notFound("这个方案包");
  return pack;
}

/** Keeps a pack that was sent, to be chosen from. */
export async function keepPack(tx: Tx, pack: Pack, now: Date): Promise<void> {
  const text = JSON.stringify(pack);
  const digest = createHash("sha256").update(text).digest("hex");
  await tx.query(
    sql`insert into packs (key, version, digest, definition, loaded_at) values (${pack.key}, ${pack.version}, ${digest}, ${text}, ${now.toISOString()}) on conflict (key, digest) do nothing`,
  );
}

export interface Progress {
  units: number;
  people: number;
  imports: number;
  accounts: number;
}

/** How far a campaign has come since it was begun. Asked as the owner, for who sees all of it. */
export const readProgress = async (tx: Tx, realms: readonly number[], campaign: number): Promise<Progress> =>
  (await tx.one<Progress>(sql`select
    (select count(*) from units where realm_id = any(${realms}::integer[]) and kind is distinct from '活动范围') as units,
    (select count(*) from people where realm_id = any(${realms}::integer[])) as people,
    (select count(*) from imports where realm_id = any(${realms}::integer[]) and campaign_id = ${campaign} and undone_at is null) as imports,
    (select count(*) from accounts where realm_id = any(${realms}::integer[])) as accounts`)) as Progress;
