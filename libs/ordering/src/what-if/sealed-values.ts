import { isSealed, type Sealed } from '#kernel';
import type { OrderEvent } from '../model/order';
import type { StreamChanges } from './what-if';

/** The place of each sealed value in a stream: an event's type, the path in its data, and the value itself. */
export type SealedPlaces = ReadonlySet<string>;

/** No real sealed value starts with this prefix, so a value with the prefix cannot be opened. */
const BLOCKED_PREFIX = 'closed:';

type Visit = (sealed: Sealed, path: string) => unknown;

function mapSealed(value: unknown, visit: Visit, path = ''): unknown {
  if (isSealed(value)) return visit(value, path);
  if (Array.isArray(value)) return value.map((item, at) => mapSealed(item, visit, `${path}.${at}`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapSealed(item, visit, `${path}.${name}`)]),
  );
}

const placeOf = (type: string, path: string, { sealed, subject }: Sealed) => [type, path, subject, sealed].join(' ');

/**
 * The places of all sealed values in the events. Pass each event twice, as stored and upcast, because a client can send
 * data in either form.
 */
export function findSealedPlaces(events: readonly { readonly type: string; readonly data: unknown }[]): SealedPlaces {
  const places = new Set<string>();
  for (const { type, data } of events)
    mapSealed(data, (sealed, path) => {
      places.add(placeOf(type, path, sealed));
      return sealed;
    });
  return places;
}

/**
 * Puts a prefix before each sealed value that the stream does not have at the same place. With the prefix the value
 * cannot be opened. A client that knows a sealed value from elsewhere must not be able to read it here.
 */
export function blockMovedValues({ leaveOut, change, add }: StreamChanges, places: SealedPlaces): StreamChanges {
  const block = (event: OrderEvent): OrderEvent => {
    const data = mapSealed(event.data, (sealed, path) =>
      places.has(placeOf(event.type, path, sealed))
        ? sealed
        : { ...sealed, sealed: `${BLOCKED_PREFIX}${sealed.sealed}` },
    );
    return { type: event.type, data } as OrderEvent;
  };
  return {
    leaveOut,
    change: change.map((one) => ({ ...one, event: block(one.event) })),
    add: add.map((one) => ({ ...one, event: block(one.event) })),
  };
}

/** Replaces each blocked value by the sealed text that the client sent. */
export const restoreBlockedValues = <T>(value: T): T =>
  mapSealed(value, (sealed) =>
    sealed.sealed.startsWith(BLOCKED_PREFIX) ? sealed.sealed.slice(BLOCKED_PREFIX.length) : sealed,
  ) as T;
