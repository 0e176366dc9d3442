/** What happened, and when. `at` is ISO 8601 in UTC, always with the same number of digits. */
interface Dated {
  readonly at: string;
}

/**
 * An order's own facts in version order, with the reports of other contexts between them by time. A clock that was set
 * back does not change the order of the facts: a fact counts as not earlier than the facts before it.
 */
export function sideBySide<Entry extends Dated>(facts: readonly Entry[], others: readonly Entry[]): readonly Entry[] {
  let latest = '';
  const placed = facts.map((entry) => {
    if (entry.at > latest) latest = entry.at;
    return { entry, when: latest };
  });
  return [...placed, ...others.map((entry) => ({ entry, when: entry.at }))]
    .sort((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : 0))
    .map(({ entry }) => entry);
}
