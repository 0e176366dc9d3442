/** The maximum number of entries in one response. Only a longer list is sent in parts. */
export const MAX_ENTRIES = 1_000;

export interface ListPart<Entry> {
  readonly entries: readonly Entry[];
  /** Where the next part begins. Null if this is the last part. */
  readonly nextAfter: number | null;
}

/**
 * Takes one part of a list. `entries` are the entries that come after the first `after` entries of the list. The caller
 * can pass only the first MAX_ENTRIES + 1 of these entries.
 */
export function takePart<Entry>(entries: readonly Entry[], after: number): ListPart<Entry> {
  const hasMore = entries.length > MAX_ENTRIES;
  return {
    entries: hasMore ? entries.slice(0, MAX_ENTRIES) : entries,
    nextAfter: hasMore ? after + MAX_ENTRIES : null,
  };
}
