/** What can be gone to or done by name, and which of it is meant by what is typed. */

export const groups = ["go", "ledger", "record", "figure", "unit", "do", "campaign"] as const;
export type Group = (typeof groups)[number];

export interface Command {
  /** Told apart within the list by this. */
  id: string;
  group: Group;
  name: string;
  /** Other words that find it, and what stands quietly behind the name. */
  also?: string;
  run: () => void;
}

/** So many of a group are shown: one types another letter rather than reads on. */
const most: Record<Group, number> = { go: 9, record: 5, do: 8, ledger: 6, figure: 6, unit: 6, campaign: 5 };

/** How well a name is meant: whole, beginning, within, each letter in its order; undefined if not. */
function rank(name: string, wanted: string): number | undefined {
  const at = name.indexOf(wanted);
  if (at === 0) return name.length === wanted.length ? 0 : 1;
  if (at > 0) return 2;
  let from = 0;
  for (const letter of wanted) {
    const found = name.indexOf(letter, from);
    if (found < 0) return undefined;
    from = found + letter.length;
  }
  return 3;
}

/** Without words: the places and commands; with words: whatever is called so, the best of each group first. */
export function choose(commands: readonly Command[], text: string): Command[] {
  const wanted = text.trim().toLowerCase().replaceAll(/\s+/g, "");
  if (wanted === "") return commands.filter(({ group }) => group === "go" || group === "do" || group === "campaign");
  const ranked = commands.flatMap((command) => {
    const ranks = [command.name, command.also ?? ""].map((name) => rank(name.toLowerCase().replaceAll(/\s+/g, ""), wanted));
    const best = Math.min(...ranks.map((one, index) => (one ?? 9) + (index === 0 ? 0 : 0.5)));
    return best < 9 ? [{ command, best }] : [];
  });
  return groups.flatMap((group) =>
    ranked
      .filter(({ command }) => command.group === group)
      .sort((left, right) => left.best - right.best || left.command.name.length - right.command.name.length)
      .slice(0, most[group])
      .map(({ command }) => command),
  );
}
