/** The type of the event with which an operator declares an earlier event of the same stream void. */
export const VOIDING = 'EventVoided';

/** The part of an event that is needed to see whether it counts. */
interface Some {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  /** The event cannot be read, or the shop did not append it: then it declares nothing void. */
  readonly unreadable?: unknown;
}

/** Whether this event declares an earlier one void. */
export const isVoiding = ({ type }: Pick<Some, 'type'>): boolean => type === VOIDING;

/** The versions that the events declare void. */
export function voidedBy(events: readonly Some[]): ReadonlySet<number> {
  const voided = new Set<number>();
  for (const event of events) {
    if (!isVoiding(event) || event.unreadable) continue;
    const { version } = (event.data ?? {}) as { readonly version?: unknown };
    if (typeof version === 'number' && version < event.version) voided.add(version);
  }
  return voided;
}

/** A stream, or its first events, without those that a later one of them declares void. Every fold begins with this. */
export function counted<Event extends Some>(events: readonly Event[]): readonly Event[] {
  const voided = voidedBy(events);
  return voided.size === 0 ? events : events.filter(({ version }) => !voided.has(version));
}
