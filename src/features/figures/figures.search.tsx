/** What the address of 数字 says: which figures of what, as of when, and how they are shown. Anyone may have written it. */
type Given = Record<string, unknown>;

export const views = ["cards", "table", "compare"] as const;
export const tabs = ["units", "trend", "records"] as const;

export interface FiguresSearch {
  /** As the records stood then (ISO). */
  asOf?: string | undefined;
  view?: (typeof views)[number] | undefined;
  /** The period compared with. */
  thenFrom?: string | undefined;
  thenTo?: string | undefined;
  /** Figures of the table, by key. */
  columns?: string[] | undefined;
  /** The figure that is open, at which unit, and which of its tabs. */
  figure?: string | undefined;
  at?: number | undefined;
  tab?: (typeof tabs)[number] | undefined;
  screen?: 1 | undefined;
}

const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const dayIn = (value: unknown): string | undefined => /^\d{4}-\d\d-\d\d$/.exec(textIn(value) ?? "")?.[0];

export function figuresSearch(given: Given): FiguresSearch {
  const { asOf, view, thenFrom, thenTo, columns, figure, at, tab, screen } = given;
  const moment = textIn(asOf);
  return {
    asOf: moment !== undefined && !Number.isNaN(Date.parse(moment)) ? new Date(moment).toISOString() : undefined,
    view: views.find((one) => one === view),
    thenFrom: dayIn(thenFrom),
    thenTo: dayIn(thenTo),
    columns: Array.isArray(columns) ? columns.map(String) : undefined,
    figure: textIn(figure),
    at: Number.isSafeInteger(at) && (at as number) > 0 ? (at as number) : undefined,
    tab: tabs.find((one) => one === tab),
    screen: screen === 1 ? 1 : undefined,
  };
}
