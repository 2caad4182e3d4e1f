/** Rights that nobody gets by a way round: from a pack that they load, or beside a figure that is kept from them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pack } from "#kernel/definitions.ts";
import { packFileText } from "#kernel/pack-file.ts";
import { openDocx } from "#features/documents/docx-package.ts";
import { readDocx } from "#features/documents/read-docx.ts";
import { createWorld, type Client, type Reply, type World } from "./world.ts";

let world: World;
let office: Client;
beforeAll(async () => {
  world = await createWorld();
  office = await world.as("office");
});
afterAll(() => world.close());

const api = "/api/campaigns/trial";
const ok = (reply: Reply): Reply["body"] => {
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};
/** All that is written in a Word file, what nobody sees in it too. */
const allOf = async (file: Buffer): Promise<string> => [...(await openDocx(file)).values()].join("\n");

/** What of a report or document is told to someone, by every way out; `making` is whose report they hold in their hands. */
async function toldTo(client: Client, making: Client): Promise<{ figure: Record<string, unknown>[]; text: string }> {
  const east = { template: "brief", unit: world.units.east };
  const made = await making.send("POST", `${api}/reports`, east);
  const { code } = await readDocx(made.raw);
  const got = ok(await client.get(`${api}/reports/${code}`));
  const checked = ok(await client.get(`${api}/reports/${code}/check`));
  const verified = ok(await client.upload(`${api}/reports/verify`, { name: "报告.docx", content: made.raw }));
  const own = await client.send("POST", `${api}/reports`, east);
  const annex = await client.send("POST", `${api}/reports`, { ...east, part: "annex", draft: true });
  const { document } = ok(await client.send("POST", `${api}/documents`, east));
  const { seq } = ok(await client.get(`${api}/documents/${document}`));
  ok(await client.send("POST", `${api}/documents/${document}/finalise`, { seq }));
  const final = ok(await client.get(`${api}/documents/${document}`));
  const source = ok(
    await client.get(
      `${api}/documents/${document}/source?name=figures&text=${encodeURIComponent(JSON.stringify({ figures: ["leads"] }))}`,
    ),
  );
  const files = await Promise.all(
    ["report", "annex"].map((part) => client.get(`${api}/documents/${document}/file?part=${part}`)),
  );
  const answers = [...JSON.stringify([final, source]).matchAll(/"answer":(\{[^{}]*\})/g)].map(([, json]) =>
    JSON.parse(json as string),
  );
  const figure = [...got.figures, ...checked.figures, ...verified.figures, ...answers].filter(
    (one) => (one.figure ?? one.key) === "leads",
  );
  const written = await Promise.all([own, annex, ...files].map(({ raw }) => allOf(raw)));
  return { figure, text: JSON.stringify([got, checked, verified, final, source]) + written.join("\n") };
}

test.each([["X1"], ["X2", "X3", "X4"]])(
  "of a sealed figure's records neither number nor digest comes out, from %s on",
  async (...numbers) => {
    const [custodian, east] = [await world.as("custodian"), await world.as("east")];
    for (const number of numbers)
      ok(
        await custodian.send("PUT", `${api}/ledgers/leads/entries/${randomUUID()}`, {
          values: { 线索编号: number, 收到日期: "2023-04-01", 承办单位: world.units.east },
        }),
      );
    const asked = `${api}/figures/leads/records?unit=${world.units.east}&digest=true`;
    const { digest, records } = ok(await custodian.get(asked)).digest;
    expect((await east.get(asked)).status).toBe(403);
    const open = await toldTo(custodian, custodian);
    expect(open.figure.some((one) => one["records"] === records)).toBe(true);
    expect(open.text).toContain(digest);
    const { figure, text } = await toldTo(east, custodian);
    expect(figure.length).toBeGreaterThan(4);
    for (const one of figure)
      expect([one["records"] ?? null, one["digest"] ?? null, one["causes"] ?? []]).toEqual([null, null, []]);
    expect(text).not.toContain(String(digest).slice(0, 12));
    expect(text).toMatch(/key="leads"[^>]*records=""/);
  },
);

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
  const narrow = version("1.2.0", { lead_custodian: ["read", "record"] });
  expect(ok(await send(narrow, "/check")).changes).toEqual([
    { what: "ledger", change: "changed", name: "问题线索台账", of: null },
  ]);
  ok(await send(narrow));
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
