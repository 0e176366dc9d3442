import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import { netstrings } from './netstrings';
import { keyIdOf, publicKeyIn, TrustedKeys } from './trusted-keys';

/** One signed stretch of the log: the positions after `after`, up to and including `position`. */
export interface Seal {
  readonly position: number;
  readonly after: number;
  /** Merkle root over the stretch's hashes, and the last of them, in hex. */
  readonly root: string;
  readonly hash: string;
  readonly keyId: string;
  readonly sealedAt: Date;
  /** Ed25519, in hex. */
  readonly signature: string;
}

export type Unsigned = Omit<Seal, 'keyId' | 'signature'>;

// The start of every Ed25519 private key in PKCS #8; the 32 bytes of the seed follow.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.seal.1', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** A former key: its public half as `public:<64 hex digits>`, or the secret it was made from. */
const formerKey = (text: string): KeyObject =>
  text.startsWith('public:') ? publicKeyIn(text.slice('public:'.length)) : createPublicKey(privateKeyOf(text));

/** Signs seals with a key made from a secret that is not in the database, and checks those of former keys as well. */
export class SealKey {
  readonly id: string;
  /** This key first, then the former ones. */
  readonly trusted: TrustedKeys;
  private readonly privateKey: KeyObject;

  /**
   * @param secret at least 32 random bytes in base64 (SEAL_SIGNING_KEY)
   * @param former keys that signed before, so that their seals stay good (SEAL_FORMER_KEYS)
   */
  constructor(secret: string, former: readonly string[] = []) {
    this.privateKey = privateKeyOf(secret);
    const publicKey = createPublicKey(this.privateKey);
    this.id = keyIdOf(publicKey);
    this.trusted = new TrustedKeys([publicKey, ...former.map(formerKey)]);
  }

  /** `previous` is the signature of the seal before, so that none can be taken out of the middle. */
  sign(seal: Unsigned, previous: string): Seal {
    return { ...seal, keyId: this.id, signature: this.signText(signed(seal, this.id, previous)) };
  }

  vouchesFor(seal: Seal, previous: string): boolean {
    return sealHolds(this.trusted, seal, previous);
  }

  /** Ed25519 over a text, in hex. What is signed begins with a tag of its own kind. */
  signText(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('hex');
  }
}

/** Whether a trusted key signed the seal as it is, after the seal with that signature. */
export const sealHolds = (keys: TrustedKeys, seal: Seal, previous: string): boolean =>
  keys.signed(seal.keyId, signed(seal, seal.keyId, previous), seal.signature);

const signed = ({ after, position, root, hash, sealedAt }: Unsigned, keyId: string, previous: string): string =>
  netstrings(['coffee-tea.seal.1', keyId, previous, after, position, root, hash, sealedAt.getTime()]);
