/** What the page is asked to show, from its address, and what the server says of it. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Output } from "#web/api/contract.ts";
import { useDefinition, type Definition } from "#web/api/definition.ts";
import { reading } from "#web/api/queries.ts";
import { dayAfter } from "./periods.types.ts";

export type Figure = Output<"figures.ask">["units"][number]["figures"][number];
export type Asked = ReturnType<typeof useAsked>;

const route = { from: "/c/$campaign/figures" } as const;
/** A number stands until its new value comes: nothing flickers when the server is asked again. */
const keep = <T,>(before: T): T => before;

export function useAsked() {
  const { campaign } = useParams(route);
  const search = useSearch(route);
  const navigate = useNavigate(route);
  const { data: definition } = useDefinition(campaign);
  const unit = search.unit ?? definition?.unit ?? 0;
  const { from, to, asOf } = search;
  const question = { campaign, unit, ...(from && to ? { from, to } : {}), ...(asOf ? { asOf } : {}) };
  const answer = useQuery({ ...reading("figures.ask", question), enabled: unit > 0, placeholderData: keep });
  const words = useMemo(() => new Map(definition?.figures.map((one) => [one.key, one])), [definition]);
  const whole = answer.data?.units[0];
  return {
    campaign,
    search,
    definition,
    words,
    unit,
    unitName: whole?.name ?? "",
    today: definition?.today,
    question,
    answer,
    /** What is shown is of another question, until the answer to this one comes. */
    stale: answer.isPlaceholderData,
    figures: whole?.figures ?? [],
    /** Which question the numbers shown answer. */
    answered: answer.data ? `${whole?.unit} ${answer.data.from} ${answer.data.to} ${answer.data.asOf}` : "",
    period: answer.data && { from: answer.data.from, to: answer.data.to },
    change: (next: Partial<typeof search>): void => void navigate({ search: (old) => ({ ...old, ...next }) }),
  };
}

/** Shapes and coverage follow slower than the numbers, which are asked again at every change. */
export const often = 60_000;

/** The shape of each figure over the period, and which units below have a number: asked once the numbers themselves are there. */
export function useSurroundings({ question, answer }: Asked) {
  const enabled = answer.isSuccess && !answer.isPlaceholderData;
  const slowly = { enabled, placeholderData: keep, staleTime: often, refetchInterval: often };
  const trend = useQuery({ ...reading("figures.trend", question), ...slowly });
  const coverage = useQuery({ ...reading("figures.coverage", question), ...slowly });
  const { data } = trend;
  const shapes = useMemo(() => new Map(data?.figures.map((one) => [one.key, one.values])), [data]);
  const without = useMemo(() => new Map(coverage.data?.figures.map((one) => [one.key, one.without])), [coverage.data]);
  const units = coverage.data;
  return useMemo(() => ({ coverage: units, shapes, without }), [units, shapes, without]);
}
export type Surroundings = ReturnType<typeof useSurroundings>;

/** Figures that add up over days, so that seven days say what was added. */
const adds = (figure: Definition["figures"][number]): boolean =>
  (figure.count !== undefined || figure.sum !== undefined) && figure.date !== "none" && !figure.period;

/** What the figures that add up came to in the last seven days of the period, and in the seven before. */
export function useLastDays({ question, answer, period, definition }: Asked) {
  const keys = definition?.figures.filter(adds).map(({ key }) => key) ?? [];
  const to = period?.to ?? "";
  const ready = answer.isSuccess && !answer.isPlaceholderData && keys.length > 0;
  const days = (first: number, last: number) => ({ from: dayAfter(to, first), to: dayAfter(to, last) });
  const spans = period ? { now: days(-6, 0), before: days(-13, -7) } : undefined;
  const ask = (span: { from: string; to: string } | undefined) => ({
    ...reading("figures.ask", { ...question, ...span, keys: keys.join(",") }),
    enabled: ready && span !== undefined,
    placeholderData: keep,
  });
  return { none: keys.length === 0, spans, now: useQuery(ask(spans?.now)), before: useQuery(ask(spans?.before)) };
}
