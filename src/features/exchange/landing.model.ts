/** Rows of an import on their way into the ledgers: registered, checked, compared with what is there, copied in. */
import type { Campaign } from "#kernel/campaign.ts";
import type { Ledger } from "#kernel/definitions.ts";
import { Deltas, holdPack, preparedMeasures } from "#kernel/figure-deltas.ts";
import { Problem } from "#kernel/problem.ts";
import { sealValues } from "#kernel/sealed-values.ts";
import type { Tx } from "#platform/db.ts";
import { registerFault, registerRows } from "#features/campaigns/register.model.ts";
import { findFault, leavers } from "#features/ledgers/check-shape.model.ts";
import { findByIdentity, heldLedgers, listEditedImports } from "#features/ledgers/known-entries.model.ts";
import { changeEntry, ledgerOf } from "#features/ledgers/ledgers.model.ts";
import type { Doer, Entry, Values } from "#features/ledgers/ledgers.types.ts";
import { openLookups, type LiveLookups } from "#features/ledgers/lookups.model.ts";
import { maskedFault } from "#features/ledgers/read-values.model.ts";
import { dayOf, difference, ownerPerson, shapeEntry, type Shape } from "#features/ledgers/shape.model.ts";
import { listPosts, unitOn, type Post } from "#features/people/people.model.ts";
import { holdRegister } from "#features/units/units.model.ts";
import { addAmounts } from "#features/figures/cells.model.ts";
import { complain, conflict, withRows } from "./complaints.ts";
import { copyEntries } from "./copy-entries.model.ts";
import type { Complaint, ParsedRow, TableInfo } from "./exchange.types.ts";
import type { ImportOptions, ImportResult, TableResult } from "./import.types.ts";

/** Rows that are looked up and copied at once. */
const landing = 5000;
/** Amounts for figures are gathered up to so many rows, so that memory does not grow with the file. */
const manyDeltas = 200_000;

interface Ready {
  /** Its values as they are stored. */
  row: ParsedRow;
  shape: Shape;
  /** Fields that hold a masked form, which only an entry that is there can make whole. */
  masked: string[];
}

export interface Importing {
  lookups: LiveLookups;
  begin(table: TableInfo): Promise<void>;
  take(rows: ParsedRow[]): Promise<void>;
  end(table: TableInfo): Promise<void>;
  finish(): Promise<void>;
  /** Waits until nothing of it is under way, whether it went well or not. */
  settle(): Promise<void>;
}

export async function openImport(
  tx: Tx,
  campaign: Campaign,
  doer: Doer,
  options: ImportOptions,
  result: ImportResult,
): Promise<Importing> {
  const { realm } = campaign;
  const lookups = await openLookups(tx, campaign);
  const measures = await preparedMeasures(tx, campaign);
  const deltas = new Deltas();
  const seen = new Map<string, string>();
  const gone = await leavers(tx, realm);
  let edited: ReadonlySet<string> = new Set();
  let current: { info: TableInfo; ledger: Ledger; result: TableResult; waiting: ParsedRow[]; complained: number } | undefined;

  // Read once, and only for files with records that name a person and no unit.
  let posts: Map<number, Post[]> | undefined;
  const homeOf = (ledger: Ledger, values: Values): number | undefined => {
    const person = ownerPerson(ledger, values);
    return person === undefined ? undefined : unitOn(posts?.get(person) ?? [], dayOf(ledger, values), campaign.pack.seconded);
  };
  // The database takes one batch while the next is read and checked.
  let landed: Promise<void> = Promise.resolve();
  let copied: Promise<void> = Promise.resolve();
  // Ledgers that hold entries from before: of others no row can be known already.
  const held = new Set(await heldLedgers(tx, campaign));

  const refuse = (table: TableResult, complaints: Complaint[]): void => {
    table.valid--;
    table.invalid++;
    result.refused++;
    result.complaints.push(...complaints);
  };

  const land = async (rows: ParsedRow[], owners?: number[]): Promise<void> => {
    const { ledger, result: table, info } = current as NonNullable<typeof current>;
    if (posts === undefined && rows.some((row) => ownerPerson(ledger, row.values) !== undefined))
      posts = Map.groupBy(await listPosts(tx, realm), (post) => post.person);
    const ready: Ready[] = [];
    for (const [index, written] of rows.entries()) {
      const { values, masked } = sealValues(tx, realm, ledger, written.values);
      const row = values === written.values ? written : { ...written, values };
      const shape = shapeEntry(ledger, values, homeOf(ledger, values) ?? doer.unit, owners?.[index]);
      const fault = findFault(campaign, ledger, shape, gone, options.mayWrite);
      if (fault) {
        refuse(table, [complain(info, row, fault)]);
        continue;
      }
      const { identity, content } = shape;
      const before = seen.get(identity);
      if (before === content) table.unchanged++;
      else if (before !== undefined) refuse(table, [conflict(info, ledger, row)]);
      else {
        seen.set(identity, content);
        ready.push({ row, shape, masked });
      }
    }
    const shapes = ready.map(({ shape }) => shape);
    const known: Awaited<ReturnType<typeof findByIdentity>> = held.has(ledger.key)
      ? await findByIdentity(tx, campaign, realm, shapes)
      : new Map();
    const fresh: Shape[] = [];
    for (const brought of ready) {
      const old = known.get(brought.shape.identity);
      const { row, shape, masked } = madeWhole(tx, ledger, brought, old?.entry);
      const { content } = shape;
      if (masked.length > 0) {
        refuse(
          table,
          masked.map((field) => complain(info, row, maskedFault(field))),
        );
        continue;
      }
      // The same file again, though the record it once brought was corrected since.
      if (!old && edited.has(`${shape.unit}|${content}`)) table.unchanged++;
      else if (!old) fresh.push(shape);
      else if (old.imported === content || unchanged(old.entry, shape)) table.unchanged++;
      else {
        const now = await changeEntry(tx, campaign, old.entry, old.entry.version, doer, {
          action: "import",
          values: onlyBrought(info, ledger, row),
          importId: result.importId,
          imported: content,
        });
        if (now.version === old.entry.version) table.unchanged++;
        else table.changed++;
      }
    }
    table.added += fresh.length;
    for (const shape of fresh) deltas.add(measures.get(ledger.key) ?? [], shape.unit, shape, 1);
    await copied;
    copied = copyEntries(tx, campaign, ledger, doer, fresh, result.importId).then(() =>
      deltas.size < manyDeltas ? undefined : deltas.copy(tx, realm, campaign.id),
    );
    copied.catch(() => undefined);
  };

  return {
    lookups,
    async begin(info) {
      const ledger = ledgerOf(campaign, info.ledger);
      const refusal = options.refuses?.(ledger);
      if (refusal !== undefined) throw new Problem("forbidden", 403, refusal);
      if (ledger.registers) {
        holdRegister(tx, campaign.realm);
        await lookups.refresh(tx);
      }
      holdPack(tx, campaign);
      edited = await listEditedImports(tx, campaign, realm, ledger.key);
      const table: TableResult = {
        sheet: info.sheet,
        table: info.table,
        ledger: ledger.key,
        ledgerName: ledger.name,
        headerRows: info.headerRows,
        firstRow: info.firstRow,
        lastRow: info.lastRow,
        columns: {},
        valid: 0,
        invalid: 0,
        added: 0,
        changed: 0,
        unchanged: 0,
        skipped: [],
      };
      for (const column of info.columns)
        if (!column.ignored || column.field !== null) table.columns[column.heading] = column.field;
      result.tables.push(table);
      result.found.push(info);
      current = { info, ledger, result: table, waiting: [], complained: result.complaints.length };
    },
    async take(rows) {
      const { ledger, result: table, waiting } = current as NonNullable<typeof current>;
      const good = rows.filter((row) => row.complaints.length === 0);
      for (const row of rows) if (row.complaints.length > 0) result.complaints.push(...row.complaints);
      table.valid += good.length;
      table.invalid += rows.length - good.length;
      result.refused += rows.length - good.length;
      // Units and people must be known whole before the records that are about them can be placed.
      waiting.push(...good);
      if (ledger.registers || waiting.length < landing) return;
      await landed;
      landed = land(waiting.splice(0));
      landed.catch(() => undefined);
    },
    async end(info) {
      const { ledger, result: table, waiting, complained } = current as NonNullable<typeof current>;
      table.lastRow = info.lastRow;
      table.skipped = info.skipped;
      await landed;
      if (!ledger.registers) await land(waiting.splice(0));
      const own = waiting.filter((row) => {
        const fault = registerFault(ledger, row, lookups, doer.unit, {
          whole: options.whole ?? true,
          mayWrite: options.mayWrite,
        });
        if (fault) refuse(table, [complain(info, row, fault)]);
        return !fault;
      });
      if (own.length > 0) {
        // What is counted anew when units come or move must not come a second time from here.
        await deltas.copy(tx, realm, campaign.id);
        posts = undefined;
        const owners = await registerRows(tx, campaign, ledger, own, lookups, doer.unit).catch((error: unknown) => {
          throw withRows(error, info, ledger, own);
        });
        for (let start = 0; start < own.length; start += landing)
          await land(own.slice(start, start + landing), owners.slice(start, start + landing));
      }
      await copied;
      // Some faults show only when rows are brought in; people read from the top.
      result.complaints.push(...result.complaints.splice(complained).toSorted((one, other) => one.row - other.row));
      result.added += table.added;
      result.changed += table.changed;
      result.unchanged += table.unchanged;
      current = undefined;
    },
    finish: () => addAmounts(tx, realm, campaign.id, deltas),
    async settle() {
      await landed.catch(() => undefined);
      await copied.catch(() => undefined);
    },
  };
}

/** A row whose masked values are those that the entry has which it is about; what no entry makes whole stays masked. */
function madeWhole(tx: Tx, ledger: Ledger, { row, shape, masked }: Ready, entry: Entry | undefined): Ready {
  if (masked.length === 0 || !entry) return { row, shape, masked };
  const whole = sealValues(tx, entry.realm, ledger, row.values, entry.data);
  return {
    row: { ...row, values: whole.values },
    shape: shapeEntry(ledger, whole.values, shape.unit, shape.unit),
    masked: whole.masked,
  };
}

/** Only what the file has columns for: a column that is missing says nothing about what was recorded before. */
function onlyBrought(info: TableInfo, ledger: Ledger, row: ParsedRow): Values {
  const brought = new Set(info.columns.map((column) => column.field));
  return Object.fromEntries(
    ledger.fields.filter((field) => brought.has(field.name)).map((field) => [field.name, row.values[field.name] ?? null]),
  );
}

const unchanged = (entry: Entry, shape: Shape): boolean =>
  entry.state === shape.state && Object.keys(difference(entry.data, shape.data)).length === 0;
