/**
 * How many single steps turn one word into the other. A step removes, adds or changes a letter, or swaps two adjacent
 * letters. Returns Infinity if more than `max` steps are needed.
 */
export function distance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return Infinity;
  let rowBeforeLast: number[] = [];
  let lastRow = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let lowest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(lastRow[j] + 1, row[j - 1] + 1, lastRow[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, rowBeforeLast[j - 2] + 1);
      row.push(cost);
      lowest = Math.min(lowest, cost);
    }
    if (lowest > max) return Infinity;
    rowBeforeLast = lastRow;
    lastRow = row;
  }
  return lastRow[b.length] <= max ? lastRow[b.length] : Infinity;
}

/**
 * How many spelling mistakes are accepted: none in words of up to two letters, one in words of up to five letters, else
 * two.
 */
export const allowedMistakes = (word: string): number => (word.length <= 2 ? 0 : word.length <= 5 ? 1 : 2);

/** The known words with the fewest differences from a misspelt word; at most `limit`. */
export function closeWords(word: string, known: Iterable<string>, limit = 5): string[] {
  const max = allowedMistakes(word);
  if (max === 0) return [];
  const close: { candidate: string; mistakes: number }[] = [];
  for (const candidate of known) {
    const mistakes = candidate.length < 2 || candidate === word ? Infinity : distance(word, candidate, max);
    if (mistakes <= max) close.push({ candidate, mistakes });
  }
  const fewest = Math.min(...close.map(({ mistakes }) => mistakes));
  return close
    .filter(({ mistakes }) => mistakes === fewest)
    .map(({ candidate }) => candidate)
    .sort()
    .slice(0, limit);
}
