import { hash } from 'node:crypto';

/**
 * A UUID in lower case. The shop creates UUIDs of version 7: the first 48 bits are the time of creation in
 * milliseconds.
 */
export type Uuid = string;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: unknown): text is Uuid => typeof text === 'string' && UUID.test(text);

const withHyphens = (hex: string): Uuid =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;

/** A version 7 UUID from a time in milliseconds since 1970 and at least ten random bytes. */
export function uuidFrom(milliseconds: number, random: Uint8Array): Uuid {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(milliseconds, 0, 6);
  Buffer.from(random.buffer, random.byteOffset, 10).copy(bytes, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return withHyphens(bytes.toString('hex'));
}

/**
 * Computes an id from another id and names. The same input always gives the same id. The first 48 bits are those of the
 * other id. So ids that are derived from one command are close to each other in an index.
 */
export function derivedId(origin: Uuid, ...names: readonly (string | number)[]): Uuid {
  const time = parseInt(origin.replaceAll('-', '').slice(0, 12), 16);
  return uuidFrom(time, hash('sha256', [origin, ...names].join('\u0000'), 'buffer'));
}
