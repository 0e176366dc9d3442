/** The number of entries in one answer. Only a longer list is answered in parts. */
export const MAX_ENTRIES = 1_000;

export interface ListPart<Entry> {
  readonly entries: readonly Entry[];
  /** Where the next part begins. Null if this is the last part. */
  readonly nextAfter: number | null;
}

/**
 * The part of a list that begins after `after`. `entries` must hold one more entry than `MAX_ENTRIES` if there are
 * more.
 */
export function takePart<Entry>(entries: readonly Entry[], after: number): ListPart<Entry> {
  const hasMore = entries.length > MAX_ENTRIES;
  return {
    entries: hasMore ? entries.slice(0, MAX_ENTRIES) : entries,
    nextAfter: hasMore ? after + MAX_ENTRIES : null,
  };
}
