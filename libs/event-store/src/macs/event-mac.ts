import type { MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { StoredEvent } from '../seals/chain';

/**
 * The fields that an event's MAC covers. The time is not one of them, because the database sets it when the event is
 * written. The hash chain covers the time.
 */
export type MarkedFields = Pick<StoredEvent, 'id' | 'streamId' | 'version' | 'type' | 'schemaVersion'>;

const EVENT_TAG = 'coffee-tea.event.2';
const ADMITTED_TAG = 'coffee-tea.admitted-event.1';

/** The text that the MAC covers. Data and metadata are canonical JSON, because the database may print another form. */
const form = (
  tag: string,
  { id, streamId, version, type, schemaVersion }: MarkedFields,
  data: unknown,
  metadata: string,
) => netstrings([tag, id, streamId, version, type, schemaVersion, canonicalJson(data), metadata]);

/** `metadata` must be canonical JSON. The caller computes it once for all events of a command. */
export const eventMac = (key: MacKey, event: MarkedFields, data: unknown, metadata: string): Buffer =>
  key.of(form(EVENT_TAG, event, data, metadata));

/** An event as the driver reads it, with parsed data and metadata. */
type EventAsRead = MarkedFields & { readonly data: unknown; readonly metadata: unknown };

/**
 * Returns undefined if the JSON is nested deeper than the stack allows. The shop did not write such an event.
 */
function formAsRead(tag: string, event: EventAsRead): string | undefined {
  try {
    return form(tag, event, event.data, canonicalJson(event.metadata));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parsed({ data, metadata, ...fields }: StoredEvent): EventAsRead | undefined {
  try {
    return { ...fields, data: JSON.parse(data), metadata: JSON.parse(metadata) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function stored(tag: string, event: StoredEvent): string | undefined {
  const read = parsed(event);
  return read && formAsRead(tag, read);
}

function holds(key: MacKey, tag: string, event: StoredEvent, mac: string): boolean {
  const text = stored(tag, event);
  return text !== undefined && key.holds(text, Buffer.from(mac, 'hex'));
}

function holdsAsRead(key: MacKey, tag: string, event: EventAsRead, mac: Uint8Array): boolean {
  const text = formAsRead(tag, event);
  return text !== undefined && key.holds(text, mac);
}

/** Whether a process with the key appended the event. */
export const isOurs = (key: MacKey, event: StoredEvent, mac: string): boolean => holds(key, EVENT_TAG, event, mac);

export const isOursAsRead = (key: MacKey, event: EventAsRead, mac: Uint8Array): boolean =>
  holdsAsRead(key, EVENT_TAG, event, mac);

/**
 * The MAC of an admission. It records that the shop accepted an event without a MAC, because an older build had
 * appended the event.
 */
export function admission(key: MacKey, event: StoredEvent): Buffer | undefined {
  const text = stored(ADMITTED_TAG, event);
  return text === undefined ? undefined : key.of(text);
}

export const isAdmitted = (key: MacKey, event: StoredEvent, mac: string): boolean =>
  holds(key, ADMITTED_TAG, event, mac);

export const isAdmittedAsRead = (key: MacKey, event: EventAsRead, mac: Uint8Array): boolean =>
  holdsAsRead(key, ADMITTED_TAG, event, mac);
