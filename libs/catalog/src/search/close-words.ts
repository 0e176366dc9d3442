/**
 * How many letters must be removed, added, changed or swapped with a neighbour to turn one word into the other;
 * Infinity if it is more than `most`.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2] + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return Infinity;
    before = last;
    last = row;
  }
  return last[b.length] <= most ? last[b.length] : Infinity;
}

/** How many spelling mistakes are accepted: none in words of up to two letters, one up to five letters, else two. */
export const allowedMistakes = (word: string): number => (word.length <= 2 ? 0 : word.length <= 5 ? 1 : 2);

/** The known words with the fewest differences from a misspelt word; at most `many`. */
export function closeWords(word: string, known: Iterable<string>, many = 5): string[] {
  const most = allowedMistakes(word);
  if (most === 0) return [];
  const close: { candidate: string; far: number }[] = [];
  for (const candidate of known) {
    const far = candidate.length < 2 || candidate === word ? Infinity : distance(word, candidate, most);
    if (far <= most) close.push({ candidate, far });
  }
  const nearest = Math.min(...close.map(({ far }) => far));
  return close
    .filter(({ far }) => far === nearest)
    .map(({ candidate }) => candidate)
    .sort()
    .slice(0, many);
}
