/** Rights that nobody gets by a way round: from a pack that they load, or beside a figure that is kept from them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pack } from "#kernel/definitions.ts";
import { packFileText } from "#kernel/pack-file.ts";
import { createWorld, type Client, type World } from "./world.ts";

let world: World;
let office: Client;
beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const send = (pack: Pack, to = "") =>
  office.upload(`${api}/packs${to}`, { name: "方案包.json", content: Buffer.from(packFileText(pack)) });
/** The pack as it is, with another version number and the sealed ledger's rights. */
const version = (number: string, rights: Record<string, string[]> | undefined): Pack => ({
  ...world.campaign.pack,
  version: number,
  ledgers: world.campaign.pack.ledgers.map((ledger) =>
    ledger.key === "leads" ? { ...ledger, rights } : ledger,
  ) as Pack["ledgers"],
});

test("a pack that lets more be seen is not loaded or put back from the browser, even by a way round", async () => {
  const refused = { status: 403, body: { code: "wider_rights", detail: expect.stringContaining("《问题线索台账》") } };
  const wide = version("1.1.0", { lead_custodian: ["read"], office: ["read"] });
  for (const to of ["", "/check"]) expect(await send(wide, to)).toMatchObject(refused);
  expect((await send(wide)).body.detail).toContain("yibenzhang pack load");
  expect(await send(version("1.1.0", undefined))).toMatchObject(refused);
  // Narrower may go in, and what was wider may then not come back.
  const before = world.campaign.packId;
  expect((await send(version("1.2.0", { lead_custodian: ["read", "record"] }))).status).toBe(200);
  expect(await office.send("POST", `${api}/packs/${before}/restore`, {})).toMatchObject(refused);
  const without = { ...world.campaign.pack, version: "1.3.0" };
  const gone = {
    ...without,
    ledgers: without.ledgers.filter(({ key }) => key !== "leads"),
    figures: without.figures.filter(({ ledger, from }) => ledger !== "leads" && from !== "leads"),
  };
  expect((await send({ ...gone, templates: [] })).status).toBe(200);
  expect(await send(wide)).toMatchObject(refused);
});
