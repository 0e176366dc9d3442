import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed, Uuid } from '#kernel';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_FORMAT = 1; // the first byte of a wrapped key; the nonce, the ciphertext and the tag follow

function encrypt(key: Uint8Array, boundTo: string, plain: Uint8Array): { nonce: Buffer; body: Buffer } {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo));
  return { nonce, body: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

function decrypt(key: Uint8Array, boundTo: string, nonce: Uint8Array, body: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(boundTo),
  );
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
}

export const newKey = (): Buffer => randomBytes(32);

/** The key that wraps the keys of all subjects. It is derived from PERSONAL_DATA_KEY: at least 32 bytes in base64. */
export const keyEncryptionKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.personal-data.1', 32));

export function wrap(wrappingKey: Uint8Array, subject: Uuid, key: Uint8Array): Buffer {
  const { nonce, body } = encrypt(wrappingKey, subject, key);
  return Buffer.concat([Buffer.from([WRAPPED_FORMAT]), nonce, body]);
}

/** Throws if the key was wrapped with another key, or for another subject. */
export function unwrap(wrappingKey: Uint8Array, subject: Uuid, wrapped: Buffer): Buffer {
  if (wrapped[0] !== WRAPPED_FORMAT) throw new Error(`the key of ${subject} is wrapped in an unknown form`);
  return decrypt(wrappingKey, subject, wrapped.subarray(1, 1 + NONCE_BYTES), wrapped.subarray(1 + NONCE_BYTES));
}

/**
 * The id of a key, which does not reveal the key. A sealed value contains the id of its key. So a value that was sealed
 * with another key is recognised.
 */
const keyId = (key: Uint8Array): string =>
  createHash('sha256').update('coffee-tea.subject-key.1').update(key).digest().subarray(0, 6).toString('base64url');

/** Where a value belongs: the order, and the name of the field. */
export interface Place {
  readonly order: Uuid;
  readonly field: string;
}

/** Where a value was found. The order is not always known. */
export type FoundPlace = Pick<Place, 'field'> & Partial<Place>;

const boundText = (subject: Uuid, { order, field }: Place): string => [subject, order, field].join('\n');

/**
 * Seals a value. Without a place, the value has format 1 and is bound to its subject. With a place, the value has
 * format 2 and is also bound to the place. Older builds ignore the key id, so they can open values of format 1 too.
 */
export function sealWith(key: Uint8Array, subject: Uuid, value: string, place?: Place): Sealed {
  const { nonce, body } = encrypt(key, place ? boundText(subject, place) : subject, Buffer.from(value, 'utf8'));
  const parts = [nonce.toString('base64url'), body.toString('base64url'), keyId(key)];
  const sealed = place ? ['v2', ...parts, place.order, place.field] : ['v1', ...parts];
  return { sealed: sealed.join('.'), subject };
}

/** The place for which a value of format 2 was sealed. */
function placeOf({ sealed }: Sealed): Place | undefined {
  const [form, , , , order, field] = sealed.split('.');
  return form === 'v2' && order && field ? { order, field } : undefined;
}

/** Whether a value of format 2 was found at another place than the place for which it was sealed. */
export function isMoved(value: Sealed, foundAt?: FoundPlace): boolean {
  const place = placeOf(value);
  if (!place) return false;
  const isSameOrder = foundAt?.order === undefined || foundAt.order === place.order;
  return !isSameOrder || foundAt?.field !== place.field;
}

/**
 * Returns the value in plain text. Throws if the value was changed, or was sealed for another subject, with another
 * key, or for another place.
 */
export function openWith(key: Uint8Array, value: Sealed, foundAt?: FoundPlace): string {
  const { sealed, subject } = value;
  const [form, nonce, body] = sealed.split('.');
  const place = placeOf(value);
  if ((form !== 'v1' && !place) || !nonce || !body) throw new Error('a personal value is sealed in an unknown form');
  if (isMoved(value, foundAt)) throw new Error('a personal value is in another place than it was sealed for');
  const boundTo = place ? boundText(subject, place) : subject;
  return decrypt(key, boundTo, Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url')).toString('utf8');
}

/**
 * Why a value does not open with this key. If the value has no key id, it is unknown whether it was sealed with another
 * key or is damaged.
 */
export function whyNotOpened(
  key: Uint8Array,
  value: Sealed,
  foundAt?: FoundPlace,
): 'other-key' | 'other-place' | 'damaged' | 'other-key-or-damaged' {
  const [, , , id] = value.sealed.split('.');
  if (!id) return 'other-key-or-damaged';
  if (id !== keyId(key)) return 'other-key';
  return isMoved(value, foundAt) ? 'other-place' : 'damaged';
}
