import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify, type KeyObject } from 'node:crypto';
import { netstrings } from './netstrings';

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

/** Signs and checks seals with a key made from a secret that is not in the database. */
export class SealKey {
  readonly id: string;
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  /** @param secret at least 32 random bytes in base64 (SEAL_SIGNING_KEY) */
  constructor(secret: string) {
    const seed = Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.seal.1', 32));
    this.privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.privateKey);
    const spki = this.publicKey.export({ format: 'der', type: 'spki' });
    this.id = createHash('sha256').update(spki).digest('hex').slice(0, 16);
  }

  /** `previous` is the signature of the seal before, so that none can be taken out of the middle. */
  sign(seal: Unsigned, previous: string): Seal {
    const signature = sign(null, Buffer.from(signed(seal, this.id, previous)), this.privateKey).toString('hex');
    return { ...seal, keyId: this.id, signature };
  }

  vouchesFor(seal: Seal, previous: string): boolean {
    if (seal.keyId !== this.id) return false;
    return verify(
      null,
      Buffer.from(signed(seal, seal.keyId, previous)),
      this.publicKey,
      Buffer.from(seal.signature, 'hex'),
    );
  }
}

const signed = ({ after, position, root, hash, sealedAt }: Unsigned, keyId: string, previous: string): string =>
  netstrings(['coffee-tea.seal.1', keyId, previous, after, position, root, hash, sealedAt.getTime()]);
