import { isSealed, type Sealed } from '#kernel';
import type { OrderEvent } from '../model/order';
import type { Wishes } from './what-if';

/** The place of each sealed value in a stream: an event's type, the path in its data, and the value itself. */
export type Standing = ReadonlySet<string>;

/** No real sealed value starts with this, so a value with this prefix cannot be opened. */
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
 * The places of all sealed values in the events. Pass each event as it is stored and also upcast, because a client may
 * send data in either form.
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
 * Gives sealed values a prefix with which they cannot be opened, unless the stream has the same value at the same
 * place. A client may know a sealed value from elsewhere, and must not be able to read it here.
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

/** Replaces each value that was kept closed by its sealed text, as the client sent it. */
export const shownClosed = <T>(value: T): T =>
  eachSealed(value, (sealed) => (sealed.sealed.startsWith(CLOSED) ? sealed.sealed.slice(CLOSED.length) : sealed)) as T;
