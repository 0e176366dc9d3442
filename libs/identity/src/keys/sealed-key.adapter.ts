import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { canonicalJson, netstrings } from '#platform/canonical';
import type { SigningKeyRow } from './signing-keys.store';

type StoredKey = Pick<SigningKeyRow, 'kid' | 'public_jwk' | 'private_sealed'>;

/**
 * The text from which the MAC of a key is made. It contains the time when the key was retired. If somebody changes or
 * deletes this time, the stored MAC becomes invalid.
 */
export const macText = ({
  kid,
  public_jwk,
  retired_at,
}: Omit<SigningKeyRow, 'private_sealed' | 'mac' | 'retired_for'>) =>
  netstrings(['coffee-tea.signing-key.1', kid, canonicalJson(public_jwk), retired_at ?? '']);

const secretOf = (tokenSecret: string): Buffer =>
  createHash('sha256').update('signing keys').update(tokenSecret).digest();

/** Makes a P-256 key pair. The private key is encrypted. */
export function makeKey(tokenSecret: string): StoredKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('base64url').slice(0, 16);
  const sealed = seal(secretOf(tokenSecret), privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { kid, public_jwk: jwk, private_sealed: sealed };
}

export interface OpenedKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey;
}

/** The key, if its private key can be decrypted and belongs to the stored public key. Otherwise the reason as text. */
export function openKey(tokenSecret: string, { public_jwk, private_sealed }: StoredKey): OpenedKey | string {
  let der: Buffer;
  try {
    der = open(secretOf(tokenSecret), private_sealed);
  } catch {
    return 'its private key cannot be decrypted with TOKEN_SECRET';
  }
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: 'jwk' });
  if (canonicalJson(jwk) !== canonicalJson(public_jwk)) return 'its public key does not belong to its private key';
  return { privateKey, publicKey, jwk };
}

function seal(secret: Buffer, plain: Buffer): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function open(secret: Buffer, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
}
