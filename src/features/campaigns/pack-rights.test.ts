/** What a new version of a pack may not do from the browser: let somebody see or do more with what is recorded. */
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Ledger, Pack } from "#kernel/definitions.ts";
import { loadPack } from "#kernel/pack.ts";
import { widened } from "./pack-rights.ts";

const { pack } = await loadPack(resolve(import.meta.dirname, "../../../test/fixtures/packs/trial"));
const { ledgers, roles } = pack as Pack;
const leads = ledgers.find(({ key }) => key === "leads") as Ledger;
const named = "问题线索台账";
const withLedger = (...others: Ledger[]): Pick<Pack, "ledgers" | "roles"> => ({
  roles,
  ledgers: [...ledgers.filter(({ key }) => !others.some((one) => one.key === key)), ...others],
});
const field = { required: false, open: false, aliases: [], min: 0, hidden: false };

test("the same rights, fewer, and those of a new ledger are not wider", () => {
  expect(widened(ledgers, { ledgers, roles })).toEqual([]);
  expect(widened(ledgers, withLedger({ ...leads, rights: { lead_custodian: ["read"] } }))).toEqual([]);
  expect(widened(ledgers, withLedger({ ...leads, key: "notes", name: "便笺", rights: { cadre: ["read"] } }))).toEqual([]);
  expect(widened(ledgers, { ledgers: ledgers.filter(({ key }) => key !== "leads"), roles })).toEqual([]);
});

test("another role that reads, another verb, no list at all, and less sensitivity are wider", () => {
  const { rights: _rights, ...open } = leads;
  for (const wider of [
    { ...leads, rights: { ...leads.rights, office: ["read" as const] } },
    { ...leads, rights: { lead_custodian: ["read" as const, "delete" as const] } },
    open,
    { ...leads, sensitivity: "internal" as const },
    { ...leads, fields: leads.fields.map((one) => ({ ...one, sensitivity: undefined })) },
  ])
    expect(widened(ledgers, withLedger(wider))).toEqual([named]);
  const tasks = ledgers.find(({ key }) => key === "tasks") as Ledger;
  expect(widened(ledgers, withLedger({ ...tasks, rights: { office: ["read"], cadre: ["read"] } }))).toEqual([tasks.name]);
});

test("a column that shows what is kept from its readers is wider, through another ledger too", () => {
  const peek: Ledger = {
    ...leads,
    key: "peek",
    name: "速览",
    rights: { office: ["read"] },
    fields: [
      { ...field, name: "线索", type: "entry", ledger: "leads" },
      { ...field, name: "内容", type: "text", derive: "线索.摘要" },
    ],
  };
  const far: Ledger = {
    ...peek,
    key: "far",
    name: "转看",
    fields: [
      { ...field, name: "速览", type: "entry", ledger: "peek" },
      { ...field, name: "所见", type: "text", derive: "速览.内容" },
    ],
  };
  expect(widened(ledgers, withLedger(peek))).toEqual([named]);
  expect(widened(ledgers, withLedger({ ...peek, rights: { lead_custodian: ["read"] } }))).toEqual([]);
  expect(widened(ledgers, withLedger({ ...peek, rights: { lead_custodian: ["read"] } }, far))).toEqual([named]);
  const { ledgers: known } = withLedger(peek);
  expect(widened(known, withLedger(peek))).toEqual([]);
});
