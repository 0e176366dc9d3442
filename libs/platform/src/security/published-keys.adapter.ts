import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { VerifyingKeys } from './verifying-keys';

const FRESH_MS = 10 * 60_000;
const FETCHED_AGAIN_AFTER_MS = 10_000;
const TRIED_AGAIN_AFTER_MS = 1_000;
const LONGEST_MS = 1_000;

/**
 * The keys that another process publishes at `/.well-known/jwks.json`. They are fetched again after ten minutes. For an
 * unknown key id (`kid`), they are fetched again if the last fetch was more than ten seconds ago. After a failed fetch,
 * the next one begins a second later, so that an absent server does not delay every request.
 */
export class PublishedKeys extends VerifyingKeys {
  private keys = new Map<string, KeyObject>();
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  /** Why the last fetch failed; undefined if it succeeded. */
  private failure: Error | undefined;
  private fetching: Promise<void> | undefined;

  constructor(private readonly url: string) {
    super();
  }

  async find(kid: string): Promise<KeyObject | undefined> {
    const now = performance.now();
    const known = this.keys.get(kid);
    if (known && now - this.fetchedAt < FRESH_MS) return known;
    const pauseMs = this.failure ? TRIED_AGAIN_AFTER_MS : FETCHED_AGAIN_AFTER_MS;
    if (this.fetching || now - this.triedAt > pauseMs)
      await (this.fetching ??= this.tryToFetch().finally(() => (this.fetching = undefined)));
    const key = this.keys.get(kid) ?? known; // a known key is used further, because otherwise no access token is accepted
    if (!key && this.failure) throw this.failure;
    return key;
  }

  private async tryToFetch(): Promise<void> {
    this.triedAt = performance.now();
    this.failure = await this.fetchKeys().then(
      () => undefined,
      (error: Error) => error,
    );
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
