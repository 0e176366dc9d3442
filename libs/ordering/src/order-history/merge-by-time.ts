/** What happened, and when. `at` is ISO 8601 in UTC, always with the same number of digits. */
interface Dated {
  readonly at: string;
}

/**
 * Merges an order's own facts and the messages of other contexts by time. The facts stay in version order, even if a
 * clock was set back: a fact with an earlier time than the fact before it is sorted with the time of that fact.
 */
export function mergeByTime<Entry extends Dated>(facts: readonly Entry[], others: readonly Entry[]): readonly Entry[] {
  let latest = '';
  const dated = facts.map((entry) => {
    if (entry.at > latest) latest = entry.at;
    return { entry, when: latest };
  });
  return [...dated, ...others.map((entry) => ({ entry, when: entry.at }))]
    .sort((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : 0))
    .map(({ entry }) => entry);
}
