import type { MacKey } from '#platform/macs';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { StoredEvent } from '../seals/chain';

/**
 * The fields that an event's MAC covers. The time is not one of them, because the database sets it when the event is
 * written. The hash chain covers the time.
 */
export type FieldsUnderMac = Pick<StoredEvent, 'id' | 'streamId' | 'version' | 'type' | 'schemaVersion'>;

const EVENT_TAG = 'coffee-tea.event.2';
const ADMITTED_TAG = 'coffee-tea.admitted-event.1';

/** The text that the MAC covers. Data and metadata are canonical JSON, because the database can print another form. */
const macText = (
  tag: string,
  { id, streamId, version, type, schemaVersion }: FieldsUnderMac,
  data: unknown,
  metadata: string,
) => netstrings([tag, id, streamId, version, type, schemaVersion, canonicalJson(data), metadata]);

/** `metadata` must be canonical JSON. The caller computes it once for all events of a command. */
export const eventMac = (key: MacKey, event: FieldsUnderMac, data: unknown, metadata: string): Buffer =>
  key.of(macText(EVENT_TAG, event, data, metadata));

/** An event as the driver reads it, with parsed data and metadata. */
type EventAsRead = FieldsUnderMac & { readonly data: unknown; readonly metadata: unknown };

/**
 * The text that the MAC covers; undefined if the JSON is nested deeper than the stack allows. The shop never writes
 * such JSON.
 */
function macTextAsRead(tag: string, event: EventAsRead): string | undefined {
  try {
    return macText(tag, event, event.data, canonicalJson(event.metadata));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function parseStored({ data, metadata, ...fields }: StoredEvent): EventAsRead | undefined {
  try {
    return { ...fields, data: JSON.parse(data), metadata: JSON.parse(metadata) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function storedMacText(tag: string, event: StoredEvent): string | undefined {
  const parsed = parseStored(event);
  return parsed && macTextAsRead(tag, parsed);
}

function isMacRight(key: MacKey, tag: string, event: StoredEvent, mac: string): boolean {
  const text = storedMacText(tag, event);
  return text !== undefined && key.holds(text, Buffer.from(mac, 'hex'));
}

function isMacRightAsRead(key: MacKey, tag: string, event: EventAsRead, mac: Uint8Array): boolean {
  const text = macTextAsRead(tag, event);
  return text !== undefined && key.holds(text, mac);
}

/** Whether a process with the key appended the event. */
export const isOurs = (key: MacKey, event: StoredEvent, mac: string): boolean => isMacRight(key, EVENT_TAG, event, mac);

export const isOursAsRead = (key: MacKey, event: EventAsRead, mac: Uint8Array): boolean =>
  isMacRightAsRead(key, EVENT_TAG, event, mac);

/**
 * The MAC of an admission. It records that the shop accepted an event without a MAC, because an older build had
 * appended the event.
 */
export function admissionMac(key: MacKey, event: StoredEvent): Buffer | undefined {
  const text = storedMacText(ADMITTED_TAG, event);
  return text === undefined ? undefined : key.of(text);
}

export const isAdmitted = (key: MacKey, event: StoredEvent, mac: string): boolean =>
  isMacRight(key, ADMITTED_TAG, event, mac);

export const isAdmittedAsRead = (key: MacKey, event: EventAsRead, mac: Uint8Array): boolean =>
  isMacRightAsRead(key, ADMITTED_TAG, event, mac);
