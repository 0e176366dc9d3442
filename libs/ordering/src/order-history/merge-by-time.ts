/**
 * An entry with its time. `at` is ISO 8601 in UTC. All entries must have the same number of digits, because the texts
 * are compared.
 */
interface Dated {
  readonly at: string;
}

/**
 * Merges the facts of an order and the messages of other contexts by time. The facts stay in version order, even if a
 * clock was set back. If a fact has an earlier time than a fact before it, it is sorted by the later of the two times.
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
