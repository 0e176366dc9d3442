import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

export interface PublicKey {
  /** The first 16 hex digits of the SHA-256 of the key in SPKI form. */
  readonly id: string;
  /** The 32 bytes of the Ed25519 key, in hex. */
  readonly publicKey: string;
}

// Every Ed25519 public key in SPKI begins with these bytes. The 32 bytes of the key follow.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

export const keyIdOf = (key: KeyObject): string => createHash('sha256').update(spkiOf(key)).digest('hex').slice(0, 16);

/**
 * Reads a public key from 64 hex digits or from PEM. Throws if the text has another form, or if the key is not an
 * Ed25519 key.
 */
export function publicKeyIn(text: string): KeyObject {
  const raw = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(raw)
    ? createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(raw, 'hex')]), format: 'der', type: 'spki' })
    : createPublicKey(raw);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  return key;
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/**
 * Reads the public keys in a text. The text consists of PEM blocks and of keys of 64 hex digits, with white space or
 * commas between them. Throws if the text has no key, or contains anything else.
 */
export function publicKeysIn(text: string): KeyObject[] {
  const pems = text.match(PEM) ?? [];
  const others = text.replace(PEM, ' ').split(/[\s,]+/).filter((one) => one !== ''); // prettier-ignore
  const keys = [...pems, ...others].map(publicKeyIn);
  if (keys.length === 0) throw new Error('there is no key');
  return keys;
}

/**
 * The public keys that are trusted when seals are checked. Other keys are not trusted, even if a proof contains them.
 */
export class TrustedKeys {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor(keys: readonly KeyObject[]) {
    this.keys = new Map(keys.map((key) => [keyIdOf(key), key]));
  }

  get all(): readonly PublicKey[] {
    return [...this.keys].map(([id, key]) => ({ id, publicKey: spkiOf(key).subarray(SPKI.length).toString('hex') }));
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  /** Whether the key with that id signed the text; false for a key that is not trusted. */
  signed(id: string, text: string, signature: string): boolean {
    const key = this.keys.get(id);
    return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'hex'));
  }
}
