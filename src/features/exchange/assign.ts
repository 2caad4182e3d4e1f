/**
 * One-to-one assignment of the greatest total score (Kuhn–Munkres, O(n³), potentials as in Jonker–Volgenant).
 * `score[row][column]` ≥ 0; a pair of score 0 is left unassigned. Answers the column of each row, or -1.
 */
export const assign = (score: number[][]): number[] => {
  const rows = score.length;
  const width = Math.max(rows, ...score.map((line) => line.length));
  const cost = (row: number, column: number): number => -(score[row]?.[column] ?? 0);
  const u = new Float64Array(width + 1);
  const v = new Float64Array(width + 1);
  const match = new Int32Array(width + 1);
  for (let row = 1; row <= width; row++) {
    match[0] = row;
    let at = 0;
    const least = new Float64Array(width + 1).fill(Infinity);
    const way = new Int32Array(width + 1);
    const used = new Uint8Array(width + 1);
    do {
      used[at] = 1;
      const current = match[at] as number;
      let step = Infinity;
      let next = 0;
      for (let column = 1; column <= width; column++) {
        if (used[column] === 1) continue;
        const slack = cost(current - 1, column - 1) - (u[current] as number) - (v[column] as number);
        if (slack < (least[column] as number)) {
          least[column] = slack;
          way[column] = at;
        }
        if ((least[column] as number) < step) {
          step = least[column] as number;
          next = column;
        }
      }
      for (let column = 0; column <= width; column++) {
        if (used[column] === 1) {
          u[match[column] as number] = (u[match[column] as number] as number) + step;
          v[column] = (v[column] as number) - step;
        } else least[column] = (least[column] as number) - step;
      }
      at = next;
    } while (match[at] !== 0);
    do {
      const previous = way[at] as number;
      match[at] = match[previous] as number;
      at = previous;
    } while (at !== 0);
  }
  const result = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= width; column++) {
    const row = (match[column] as number) - 1;
    if (row >= 0 && row < rows && (score[row]?.[column - 1] ?? 0) > 0) result[row] = column - 1;
  }
  return result;
};
