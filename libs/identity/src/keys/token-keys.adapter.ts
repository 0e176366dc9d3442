import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#platform/config';
import { MacKey } from '#platform/macs';
import { VerifyingKeys } from '#platform/security';
import { macText, makeKey, openKey } from './sealed-key.adapter';
import { SigningKeyRows, type NewKeyRow, type SigningKeyRow } from './signing-keys.store';

export interface SigningKey {
  readonly kid: string;
  readonly key: KeyObject;
}

interface PublicKey {
  readonly jwk: JsonWebKey;
  readonly key: KeyObject;
  /** The key is valid until `performance.now()` has this value. Infinity for a key that is in use. */
  readonly until: number;
}

/** A row of the table, and whether this process trusts it. */
interface CheckedKey {
  readonly row: SigningKeyRow;
  readonly trusted?: { readonly jwk: JsonWebKey; readonly key: KeyObject };
  /** Only for a key that is in use. */
  readonly signing?: SigningKey;
  /** Why the key is not trusted. */
  readonly doubt?: string;
}

const READ_AGAIN_AFTER_MS = 5_000;

/**
 * The shop's P-256 keys. The newest key signs. A retired key is valid only until the last token that it signed has
 * expired. After that, a stolen former TOKEN_SECRET is useless. Private keys are stored encrypted.
 *
 * A key in the table is trusted only if the shop wrote it. A key that is in use must have a private key that
 * TOKEN_SECRET decrypts. A retired key was perhaps encrypted with a former secret. Then a valid MAC is enough.
 */
@Injectable()
export class TokenKeys extends VerifyingKeys {
  private readonly log = new Logger('Signing keys');
  private signing: SigningKey | undefined;
  private publicKeys = new Map<string, PublicKey>();
  private readAt = 0;
  private reading: Promise<void> | undefined;
  /** Keys that are not trusted, with the reason. */
  private doubts: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly rows: SigningKeyRows,
    private readonly config: Config,
    private readonly macKey: MacKey,
  ) {
    super();
  }

  /** A sentence about the keys that are not trusted; undefined if all keys are trusted. */
  get trouble(): string | undefined {
    const [first] = this.doubts;
    return first && `${this.doubts.size} signing keys in the database are not trusted: ${first[0]}: ${first[1]}`;
  }

  async find(kid: string): Promise<KeyObject | undefined> {
    if (!this.publicKeys.has(kid)) await this.read();
    const found = this.publicKeys.get(kid);
    return found && performance.now() < found.until ? found.key : undefined;
  }

  async current(): Promise<SigningKey> {
    if (!this.signing) await this.read();
    return this.signing!;
  }

  async jwks(): Promise<{ keys: (JsonWebKey & { kid: string; alg: 'ES256'; use: 'sig' })[] }> {
    if (this.publicKeys.size === 0) await this.read();
    return {
      keys: [...this.publicKeys]
        .filter(([, { until }]) => performance.now() < until)
        .map(([kid, { jwk }]) => ({ ...jwk, kid, alg: 'ES256' as const, use: 'sig' as const })),
    };
  }

  /**
   * Reads the keys again, because another instance has perhaps added a key. The keys are read at most every
   * 5 s, so that tokens with a forged kid do not cause many reads.
   */
  private read(): Promise<void> {
    if (this.signing && performance.now() - this.readAt < READ_AGAIN_AFTER_MS) return Promise.resolve();
    return this.readAgain();
  }

  /** Reads the keys now, so that added and retired keys are noticed. */
  readAgain(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readNow(): Promise<void> {
    let keys = await this.checkedKeys();
    if (!keys.some(({ row }) => row.retired_for === null)) {
      await this.rows.addFirst(this.newRow());
      keys = await this.checkedKeys();
    }
    if (!keys.some(({ signing }) => signing)) {
      // TOKEN_SECRET was changed, so the old private keys cannot be decrypted. A new key signs from now on.
      this.log.warn(
        'No signing key can be decrypted with this TOKEN_SECRET: a new key signs from now on. ' +
          'Earlier access tokens are valid until they expire.',
      );
      await this.rows.replaceAll(this.newRow(), (retired) => this.macOfRetired(retired));
      keys = await this.checkedKeys();
    }
    this.signing = keys.find(({ signing }) => signing)?.signing;
    const now = performance.now();
    const tokenLifetime = this.config.accessTokenTtlSeconds;
    this.publicKeys = new Map(
      keys.flatMap(({ row: { kid, retired_for }, trusted }) =>
        trusted
          ? [
              [
                kid,
                { ...trusted, until: retired_for === null ? Infinity : now + (tokenLifetime - retired_for) * 1_000 },
              ],
            ]
          : [],
      ),
    );
    this.reportDoubts(keys);
    await this.addMissingMacs(keys);
    this.readAt = performance.now();
  }

  private async checkedKeys(): Promise<CheckedKey[]> {
    return (await this.rows.recent(this.config.accessTokenTtlSeconds)).map((row) => this.check(row));
  }

  private check(row: SigningKeyRow): CheckedKey {
    try {
      const opened = openKey(this.config.tokenSecret, row);
      if (typeof opened !== 'string') {
        const { jwk, publicKey: key, privateKey } = opened;
        const isInUse = row.retired_for === null;
        return { row, trusted: { jwk, key }, ...(isInUse && { signing: { kid: row.kid, key: privateKey } }) };
      }
      if (row.retired_for === null) return { row, doubt: opened };
      if (!this.hasMac(row)) return { row, doubt: `${opened}, and its MAC is wrong` };
      return { row, trusted: { jwk: row.public_jwk, key: createPublicKey({ key: row.public_jwk, format: 'jwk' }) } };
    } catch {
      return { row, doubt: 'it cannot be read as a key' };
    }
  }

  private hasMac(row: SigningKeyRow): boolean {
    return row.mac !== null && this.macKey.holds(macText(row), row.mac);
  }

  /** The MAC of a key that is retired now. A key that the shop did not write gets none, so it is not trusted. */
  private macOfRetired(retired: SigningKeyRow): Buffer | null {
    return this.hasMac({ ...retired, retired_at: null }) ? this.macKey.of(macText(retired)) : null;
  }

  private newRow(): NewKeyRow {
    const key = makeKey(this.config.tokenSecret);
    return { ...key, mac: this.macKey.of(macText({ ...key, retired_at: null })) };
  }

  /** Keys of older builds have no MAC. With a MAC they are still trusted after a change of TOKEN_SECRET. */
  private async addMissingMacs(keys: readonly CheckedKey[]): Promise<void> {
    for (const { row, signing } of keys)
      if (signing && !this.hasMac(row)) await this.rows.addMac(row.kid, this.macKey.of(macText(row)));
  }

  private reportDoubts(keys: readonly CheckedKey[]): void {
    const doubts = new Map(keys.flatMap(({ row, doubt }) => (doubt === undefined ? [] : [[row.kid, doubt]])));
    for (const [kid, doubt] of doubts)
      if (!this.doubts.has(kid))
        this.log.error(`The signing key ${kid} in identity.signing_keys is not trusted: ${doubt}. If TOKEN_SECRET was not changed, delete the row, and find out who wrote it`); // prettier-ignore
    this.doubts = doubts;
  }
}
