import { isSealed, type Sealed } from '#kernel';
import type { OrderEvent } from '../model/order';
import type { Wishes } from './what-if';

/** The place of each sealed value in a stream: an event's type, the path in its data, and the value itself. */
export type Standing = ReadonlySet<string>;

/** No sealed value starts with this, so it is never opened. */
const CLOSED = 'closed:';

type Visit = (sealed: Sealed, path: string) => unknown;

function eachSealed(value: unknown, visit: Visit, path = ''): unknown {
  if (isSealed(value)) return visit(value, path);
  if (Array.isArray(value)) return value.map((item, at) => eachSealed(item, visit, `${path}.${at}`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, eachSealed(item, visit, `${path}.${name}`)]),
  );
}

const placeOf = (type: string, path: string, { sealed, subject }: Sealed) => [type, path, subject, sealed].join(' ');

/**
 * The events are given both as they are stored and in today's form, because a client may send back data of either form.
 */
export function standingIn(events: readonly { readonly type: string; readonly data: unknown }[]): Standing {
  const standing = new Set<string>();
  for (const { type, data } of events)
    eachSealed(data, (sealed, path) => {
      standing.add(placeOf(type, path, sealed));
      return sealed;
    });
  return standing;
}

/**
 * Keeps a sealed value closed at every place where the stream does not have it. A client may have a sealed value, but
 * must not read it in this way.
 */
export function keptClosed({ leaveOut, change, add }: Wishes, standing: Standing): Wishes {
  const close = (event: OrderEvent): OrderEvent => {
    const data = eachSealed(event.data, (sealed, path) =>
      standing.has(placeOf(event.type, path, sealed)) ? sealed : { ...sealed, sealed: `${CLOSED}${sealed.sealed}` },
    );
    return { type: event.type, data } as OrderEvent;
  };
  return {
    leaveOut,
    change: change.map((one) => ({ ...one, event: close(one.event) })),
    add: add.map((one) => ({ ...one, event: close(one.event) })),
  };
}

/** A value that was kept closed is shown as it was sent: as the sealed text. */
export const shownClosed = <T>(value: T): T =>
  eachSealed(value, (sealed) => (sealed.sealed.startsWith(CLOSED) ? sealed.sealed.slice(CLOSED.length) : sealed)) as T;
