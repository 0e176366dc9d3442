/** The number of entries in one answer. Only a longer list is answered in parts. */
export const WHOLE = 1_000;

export interface Stretch<Entry> {
  readonly entries: readonly Entry[];
  /** Where the next part begins. Null if this is the last part. */
  readonly nextAfter: number | null;
}

/** The part of a list that begins after `after`. `entries` must hold one more entry than `WHOLE` if there are more. */
export function stretchOf<Entry>(entries: readonly Entry[], after: number): Stretch<Entry> {
  const more = entries.length > WHOLE;
  return { entries: more ? entries.slice(0, WHOLE) : entries, nextAfter: more ? after + WHOLE : null };
}
