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
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#platform/config';
import { VerifyingKeys } from '#platform/security';
import { SigningKeyRows, type SigningKeyRow } from './signing-keys.store';

export interface SigningKey {
  readonly kid: string;
  readonly key: KeyObject;
}

interface PublicKey {
  readonly jwk: JsonWebKey;
  readonly key: KeyObject;
  /** Valid until this `performance.now()`; Infinity for a key that is in use. */
  readonly until: number;
}

const READ_AGAIN_AFTER_MS = 5_000;

/**
 * The shop's P-256 keys. The newest one signs. A retired key is valid only until the last token that it signed has
 * expired. So nobody can use a stolen old TOKEN_SECRET after that. Private keys are stored encrypted.
 */
@Injectable()
export class TokenKeys extends VerifyingKeys {
  private readonly log = new Logger('Signing keys');
  private signing: SigningKey | undefined;
  private publics = new Map<string, PublicKey>();
  private readAt = 0;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly rows: SigningKeyRows,
    private readonly config: Config,
  ) {
    super();
  }

  async find(kid: string): Promise<KeyObject | undefined> {
    if (!this.publics.has(kid)) await this.read();
    const found = this.publics.get(kid);
    return found && performance.now() < found.until ? found.key : undefined;
  }

  async current(): Promise<SigningKey> {
    if (!this.signing) await this.read();
    return this.signing!;
  }

  async jwks(): Promise<{ keys: (JsonWebKey & { kid: string; alg: 'ES256'; use: 'sig' })[] }> {
    if (this.publics.size === 0) await this.read();
    return {
      keys: [...this.publics]
        .filter(([, { until }]) => performance.now() < until)
        .map(([kid, { jwk }]) => ({ ...jwk, kid, alg: 'ES256' as const, use: 'sig' as const })),
    };
  }

  /** Reads the keys, because an unknown kid may be a new key of another instance. Forged tokens cause few reads. */
  private read(): Promise<void> {
    if (this.signing && performance.now() - this.readAt < READ_AGAIN_AFTER_MS) return Promise.resolve();
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readNow(): Promise<void> {
    let rows = await this.rows.all();
    if (!rows.some((row) => row.retired_for === null)) {
      await this.rows.addFirst(this.generateKey());
      rows = await this.rows.all();
    }
    let signing = this.findSigningKey(rows);
    if (!signing) {
      // TOKEN_SECRET was changed, so the old private keys cannot be decrypted. A new key signs from now on.
      this.log.warn(
        'No signing key can be decrypted with this TOKEN_SECRET: a new key signs from now on, and earlier tokens end soon.',
      );
      await this.rows.replaceAll(this.generateKey());
      rows = await this.rows.all();
      signing = this.findSigningKey(rows);
    }
    this.signing = signing;
    const now = performance.now();
    const life = this.config.accessTokenTtlSeconds;
    this.publics = new Map(
      rows.map((row) => [
        row.kid,
        {
          jwk: row.public_jwk,
          key: createPublicKey({ key: row.public_jwk, format: 'jwk' }),
          until: row.retired_for === null ? Infinity : now + (life - row.retired_for) * 1_000,
        },
      ]),
    );
    this.readAt = performance.now();
  }

  private findSigningKey(rows: readonly SigningKeyRow[]): SigningKey | undefined {
    for (const row of rows) {
      if (row.retired_for !== null) continue;
      try {
        return {
          kid: row.kid,
          key: createPrivateKey({ key: this.open(row.private_sealed), format: 'der', type: 'pkcs8' }),
        };
      } catch {
        continue; // encrypted with another secret
      }
    }
    return undefined;
  }

  private generateKey(): Omit<SigningKeyRow, 'retired_for'> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const kid = createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('base64url').slice(0, 16);
    return { kid, public_jwk: jwk, private_sealed: this.seal(privateKey.export({ format: 'der', type: 'pkcs8' })) };
  }

  private get secret(): Buffer {
    return createHash('sha256').update('signing keys').update(this.config.tokenSecret).digest();
  }

  private seal(plain: Buffer): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.secret, nonce);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  private open(sealed: string): Buffer {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.secret, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  }
}
