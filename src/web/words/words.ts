/** All words, by language and key: read by the build, which gives the browser one language at a time. */
import { words as documents } from "#features/documents/documents.words.ts";
import { words as accounts } from "#features/access/accounts.words.ts";
import { words as audit } from "#features/audit/audit.words.ts";
import { words as signing } from "#features/access/signing.words.ts";
import { words as packs } from "#features/campaigns/packs.words.ts";
import { words as setup } from "#features/campaigns/setup.words.ts";
import { words as figures } from "#features/figures/figures.words.ts";
import { words as importing } from "#features/exchange/import.words.ts";
import { words as answers } from "#features/ledgers/answers.words.ts";
import { words as attachments } from "#features/ledgers/attachments.words.ts";
import { words as due } from "#features/ledgers/due.words.ts";
import { words as ledgers } from "#features/ledgers/ledgers.words.ts";
import { words as record } from "#features/ledgers/record.words.ts";
import { words as shell } from "../shell/shell.words.ts";
import { words as people } from "#features/people/people.words.ts";
import { words as units } from "#features/units/units.words.ts";
import { words as house } from "./house.words.ts";
import { words as ui } from "./ui.words.ts";

const administration = {
  zh: {
    accounts: accounts.zh,
    signing: signing.zh,
    audit: audit.zh,
    packs: packs.zh,
    setup: setup.zh,
    units: units.zh,
    people: people.zh,
  },
  en: {
    accounts: accounts.en,
    signing: signing.en,
    audit: audit.en,
    packs: packs.en,
    setup: setup.en,
    units: units.en,
    people: people.en,
  },
};

/** The house's own words, and those of each place under its name. */
const zh = {
  ...administration.zh,
  ...house.zh,
  ui: ui.zh,
  shell: shell.zh,
  figures: figures.zh,
  import: importing.zh,
  ledgers: ledgers.zh,
  answers: answers.zh,
  attachments: attachments.zh,
  due: due.zh,
  record: record.zh,
  documents: documents.zh,
};
const en: typeof zh = {
  ...administration.en,
  ...house.en,
  ui: ui.en,
  shell: shell.en,
  figures: figures.en,
  import: importing.en,
  ledgers: ledgers.en,
  answers: answers.en,
  attachments: attachments.en,
  due: due.en,
  record: record.en,
  documents: documents.en,
};

export const words = { zh, en };
