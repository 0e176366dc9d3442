import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Sealed, Uuid } from '#kernel';

const NONCE = 12;
const TAG = 16;
const WRAPPED = 1; // the form of a wrapped key: this byte, nonce, ciphertext, tag

function encrypt(key: Uint8Array, subject: Uuid, plain: Uint8Array): { nonce: Buffer; body: Buffer } {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(subject));
  return { nonce, body: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

function decrypt(key: Uint8Array, subject: Uuid, nonce: Uint8Array, body: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(subject));
  decipher.setAuthTag(body.subarray(-TAG));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG)), decipher.final()]);
}

export const newKey = (): Buffer => randomBytes(32);

/** The key that wraps all others, from a secret of at least 32 bytes in base64 (PERSONAL_DATA_KEY). */
export const keyEncryptionKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.personal-data.1', 32));

export function wrap(wrapping: Uint8Array, subject: Uuid, key: Uint8Array): Buffer {
  const { nonce, body } = encrypt(wrapping, subject, key);
  return Buffer.concat([Buffer.from([WRAPPED]), nonce, body]);
}

/** Throws when another key wrapped it, or it was moved to another subject. */
export function unwrap(wrapping: Uint8Array, subject: Uuid, wrapped: Buffer): Buffer {
  if (wrapped[0] !== WRAPPED) throw new Error(`the key of ${subject} is wrapped in an unknown form`);
  return decrypt(wrapping, subject, wrapped.subarray(1, 1 + NONCE), wrapped.subarray(1 + NONCE));
}

export function sealWith(key: Uint8Array, subject: Uuid, value: string): Sealed {
  const { nonce, body } = encrypt(key, subject, Buffer.from(value, 'utf8'));
  return { sealed: `v1.${nonce.toString('base64url')}.${body.toString('base64url')}`, subject };
}

/** Throws when the value was tampered with, or sealed for another subject. */
export function openWith(key: Uint8Array, { sealed, subject }: Sealed): string {
  const [form, nonce, body] = sealed.split('.');
  if (form !== 'v1' || !nonce || !body) throw new Error('a personal value is sealed in an unknown form');
  return decrypt(key, subject, Buffer.from(nonce, 'base64url'), Buffer.from(body, 'base64url')).toString('utf8');
}
