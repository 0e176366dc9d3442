import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { VerifyingKeys } from './verifying-keys';

const FRESH_MS = 10 * 60_000;
const FETCHED_AGAIN_AFTER_MS = 10_000;
const LONGEST_MS = 1_000;

/**
 * The keys that another process publishes at `/.well-known/jwks.json`. They are fetched again after ten minutes. For an
 * unknown key id (`kid`), they are fetched again if the last fetch was more than ten seconds ago.
 */
export class PublishedKeys extends VerifyingKeys {
  private keys = new Map<string, KeyObject>();
  private fetchedAt = -Infinity;
  private fetching: Promise<void> | undefined;

  constructor(private readonly url: string) {
    super();
  }

  async find(kid: string): Promise<KeyObject | undefined> {
    const age = performance.now() - this.fetchedAt;
    const known = this.keys.get(kid);
    if (known && age < FRESH_MS) return known;
    if (known ? true : age > FETCHED_AGAIN_AFTER_MS) {
      try {
        await (this.fetching ??= this.fetchKeys().finally(() => (this.fetching = undefined)));
      } catch (error) {
        if (!known) throw error; // the known key is used further, because otherwise no access token would be accepted
      }
    }
    return this.keys.get(kid) ?? known;
  }

  private async fetchKeys(): Promise<void> {
    const response = await fetch(this.url, { signal: AbortSignal.timeout(LONGEST_MS) });
    if (!response.ok) throw new Error(`${this.url} answered ${response.status}`);
    const { keys } = (await response.json()) as { keys: (JsonWebKey & { kid?: string })[] };
    this.keys = new Map(
      keys
        .filter(({ kid, kty, crv }) => kid && kty === 'EC' && crv === 'P-256')
        .map((key) => [key.kid!, createPublicKey({ key, format: 'jwk' })]),
    );
    this.fetchedAt = performance.now();
  }
}
