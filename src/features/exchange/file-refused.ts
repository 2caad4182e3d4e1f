/** Why a file as a whole cannot be read. The message is Chinese, names the file, the fault and the remedy. */
export const refusalCodes = [
  "empty_file",
  "too_big",
  "not_workbook",
  "unsupported",
  "damaged",
  "encrypted",
  "macro",
  "external_link",
  "zip_bomb",
  "too_many_rows",
  "too_wide",
  "too_slow",
  "too_much_memory",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export class FileRefused extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = "FileRefused";
    this.code = code;
  }
}

/** What a file may hold. Sizes in bytes, times in milliseconds of reading (waiting for the consumer does not count). */
export interface ReadLimits {
  fileBytes: number;
  /** Rows with something in them, all sheets together. */
  rows: number;
  columns: number;
  /** Characters of one cell kept; a longer text is cut there, one character over, so that it is complained of. */
  cellLength: number;
  entries: number;
  /** Declared size of all parts together after unpacking. */
  unpackedBytes: number;
  /** Unpacked / packed size of one part, checked for parts over 16 MiB. */
  ratio: number;
  heapMegabytes: number;
  milliseconds: number;
}

export const readLimits: ReadLimits = {
  fileBytes: 64 * 2 ** 20,
  rows: 200_000,
  columns: 512,
  cellLength: 32_767,
  entries: 5_000,
  unpackedBytes: 1.5 * 2 ** 30,
  ratio: 150,
  heapMegabytes: 384,
  milliseconds: 120_000,
};
