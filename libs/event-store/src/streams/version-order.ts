interface Versioned {
  readonly streamId: string;
  readonly version: number;
}

/**
 * Sorts the events of each stream by version. Events of different streams do not change places. This is needed because
 * an event that was queued again can come after later events of its stream.
 */
export function sortByVersion<Event extends Versioned>(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, number>();
  const unsorted = new Set<string>();
  for (const { streamId, version } of events) {
    if (version < (last.get(streamId) ?? 0)) unsorted.add(streamId);
    last.set(streamId, version);
  }
  if (unsorted.size === 0) return events;
  const sorted = new Map<string, Event[]>();
  for (const streamId of unsorted)
    sorted.set(streamId, events.filter((one) => one.streamId === streamId).sort((a, b) => a.version - b.version)); // prettier-ignore
  return events.map((event) => sorted.get(event.streamId)?.shift() ?? event);
}
