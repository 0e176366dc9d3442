import { createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import { netstrings } from '#platform/canonical';
import { keyIdOf, publicKeyIn, TrustedKeys } from './trusted-keys';

/** A signed range of the log: the positions after `after`, up to and including `position`. */
export interface Seal {
  readonly position: number;
  readonly after: number;
  /** `root` is the Merkle root over the hashes of the range. `hash` is the last of these hashes. Both are in hex. */
  readonly root: string;
  readonly hash: string;
  readonly keyId: string;
  readonly sealedAt: Date;
  /** Ed25519, in hex. */
  readonly signature: string;
}

export type UnsignedSeal = Omit<Seal, 'keyId' | 'signature'>;

// Every Ed25519 private key in PKCS #8 begins with these bytes. The 32 bytes of the seed follow.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKeyOf(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.seal.1', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** A former key: its public half as `public:<64 hex digits>`, or its secret. */
const parseFormerKey = (text: string): KeyObject =>
  text.startsWith('public:') ? publicKeyIn(text.slice('public:'.length)) : createPublicKey(privateKeyOf(text));

/** Signs seals with a key whose secret is not in the database. It also checks seals that former keys have signed. */
export class SealKey {
  readonly id: string;
  /** The present public key first, then the former public keys. */
  readonly trusted: TrustedKeys;
  private readonly privateKey: KeyObject;

  /**
   * @param secret at least 32 random bytes in base64 (SEAL_SIGNING_KEY)
   * @param former earlier keys, so that the seals they signed stay valid (SEAL_FORMER_KEYS)
   */
  constructor(secret: string, former: readonly string[] = []) {
    this.privateKey = privateKeyOf(secret);
    const publicKey = createPublicKey(this.privateKey);
    this.id = keyIdOf(publicKey);
    this.trusted = new TrustedKeys([publicKey, ...former.map(parseFormerKey)]);
  }

  /** `previous` is the signature of the seal before. The new signature covers it, so that a removed seal is noticed. */
  sign(seal: UnsignedSeal, previous: string): Seal {
    return { ...seal, keyId: this.id, signature: this.signText(sealText(seal, this.id, previous)) };
  }

  hasSigned(seal: Seal, previous: string): boolean {
    return isSealValid(this.trusted, seal, previous);
  }

  /** The Ed25519 signature of a text, in hex. Each kind of signed text begins with its own tag. */
  signText(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('hex');
  }
}

/** Whether a trusted key signed this seal, with `previous` as the signature of the seal before it. */
export const isSealValid = (keys: TrustedKeys, seal: Seal, previous: string): boolean =>
  keys.signed(seal.keyId, sealText(seal, seal.keyId, previous), seal.signature);

const sealText = ({ after, position, root, hash, sealedAt }: UnsignedSeal, keyId: string, previous: string): string =>
  netstrings(['coffee-tea.seal.1', keyId, previous, after, position, root, hash, sealedAt.getTime()]);
