/** The type of an event that declares an earlier event of the same stream void. Only operators append it. */
export const VOIDING = 'EventVoided';

/** The fields of an event that say whether it is void. */
interface EventPart {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  /** Set if the event cannot be read, or the shop did not append it. Such an event declares nothing void. */
  readonly unreadable?: unknown;
}

/** Whether this event declares an earlier event void. */
export const isVoiding = ({ type }: Pick<EventPart, 'type'>): boolean => type === VOIDING;

/** The versions of the events that other events declare void. */
export function voidVersionsOf(events: readonly EventPart[]): ReadonlySet<number> {
  const voided = new Set<number>();
  for (const event of events) {
    if (!isVoiding(event) || event.unreadable) continue;
    const { version } = (event.data ?? {}) as { readonly version?: unknown };
    if (typeof version === 'number' && version < event.version) voided.add(version);
  }
  return voided;
}

/** The events that are not void. Every fold begins with this function. */
export function withoutVoided<Event extends EventPart>(events: readonly Event[]): readonly Event[] {
  const voided = voidVersionsOf(events);
  return voided.size === 0 ? events : events.filter(({ version }) => !voided.has(version));
}
