/** Who may see encrypted fields whole, on screen and in files. Pure; the one place where that is decided. */
import { mayUse, seesField, type Asker, type Verdict } from "./access.ts";
import type { FieldDefinition, Ledger } from "./definitions.ts";

/** On screen, one by one: whoever handles the records of a ledger. */
export const mayReveal = (asker: Asker, ledger: Ledger, field: FieldDefinition): Verdict =>
  (mayUse(asker, ledger, "edit") === true && seesField(asker, ledger, field)) ||
  `您只能看“${field.name}”遮盖后的样子。需要看完整内容的，请联系办理这条记录的同志。`;

/** In a file: whoever may export and handles the records. */
export const mayExportWhole = (asker: Asker, ledger: Ledger): Verdict =>
  mayUse(asker, ledger, "edit") === true || `您只能导出《${ledger.name}》遮盖后的样子，请不要选“不遮盖”。`;

/** Whether one must say why one looks at the whole. */
export const asksWhy = (ledger: Pick<Ledger, "sensitivity">, field: Pick<FieldDefinition, "sensitivity">): boolean =>
  ledger.sensitivity === "restricted" || field.sensitivity === "restricted";
