/**
 * What goes when a pack leaves something out. A lower level that does not keep a ledger or a column has no use
 * for the figures, rules and guards over it; asking each pack to switch them off one by one would bury what it
 * really says. Only what is inherited goes: a pack's own figure over something missing is a mistake and is reported.
 */
import type { FigureDefinition, Ledger } from "./definitions.ts";
import { checkFigure } from "./pack-check.ts";
import type { Plain } from "./yaml-source.ts";

/** Figures without the inherited ones that no longer point at anything, directly or through other figures. */
export function keepUsable<F extends FigureDefinition>(
  figures: readonly F[],
  ledgers: readonly Ledger[],
  isInherited: (key: string) => boolean,
): F[] {
  const byLedger = new Map(ledgers.map((ledger) => [ledger.key, ledger]));
  let kept = [...figures];
  for (;;) {
    const known = new Map(kept.map((figure) => [figure.key, figure]));
    const usable = kept.filter((figure) => {
      if (!isInherited(figure.key)) return true;
      let broken = false;
      checkFigure(figure, byLedger, known, () => (broken = true));
      return !broken;
    });
    if (usable.length === kept.length) return usable;
    kept = usable;
  }
}

/** A lifecycle as written, whose guards no longer ask for fields that were left out. */
export function withoutGuards(lifecycle: unknown, gone: (field: unknown) => boolean): unknown {
  const transitions = (lifecycle as Plain | undefined)?.["transitions"] as Plain[] | undefined;
  if (!transitions) return lifecycle;
  return {
    ...(lifecycle as Plain),
    transitions: transitions.map((transition) => {
      const guard = transition["guard"] as Plain | undefined;
      const fields = guard?.["fields"] as unknown[] | undefined;
      return fields ? { ...transition, guard: { ...guard, fields: fields.filter((field) => !gone(field)) } } : transition;
    }),
  };
}

/** `registers` without the optional roles whose field was left out (a roster that keeps no date of entry, for one). */
export const withoutRoles = (registers: Plain, gone: (field: unknown) => boolean): Plain =>
  Object.fromEntries(Object.entries(registers).filter(([role, field]) => role === "what" || !gone(field)));
