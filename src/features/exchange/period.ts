import { quarterEnd } from "#kernel/values/parse-date.ts";

/** The year and month that a title, file name or note row names: 2023年5月, （5月）, 填报时间：2023年5月14日, 2023.05, 2023年二季度 (June). */
export interface Period {
  year: number | null;
  month: string | null;
}

const find = (text: string): { year: number | undefined; month: number | undefined } => {
  const plain = text.normalize("NFKC").replace(/\s+/g, "");
  const both =
    /((?:19|20)\d\d)[年.\-/](\d{1,2})(?:[月.\-/]|$|\D)/.exec(plain) ??
    /(?:^|\D)((?:19|20)\d\d)(0[1-9]|1[0-2])(?:\d\d)?(?:\D|$)/.exec(plain);
  if (both !== null && Number(both[2]) >= 1 && Number(both[2]) <= 12) return { year: Number(both[1]), month: Number(both[2]) };
  const year = /((?:19|20)\d\d)年/.exec(plain)?.[1];
  const month = /(?:^|\D)(1[0-2]|[1-9]|0[1-9])月/.exec(plain)?.[1] ?? quarterEnd(plain)?.month;
  return { year: year === undefined ? undefined : Number(year), month: month === undefined ? undefined : Number(month) };
};

/**
 * Reads texts from the most to the least telling (title, sheet name, file name, note row): the first year and the
 * first month win. A month without any year is of `campaignYear`.
 */
export const periodOf = (texts: (string | null)[], campaignYear: number | undefined): Period => {
  let year: number | undefined;
  let month: number | undefined;
  for (const text of texts) {
    const found = find(text ?? "");
    year ??= found.year;
    month ??= found.month;
  }
  const known = year ?? campaignYear;
  return {
    year: year ?? null,
    month: month === undefined || known === undefined ? null : `${known}-${String(month).padStart(2, "0")}`,
  };
};
