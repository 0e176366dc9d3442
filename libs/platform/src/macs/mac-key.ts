import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

const MAC_BYTES = 32;

const keyOf = (secret: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', 'coffee-tea.mac.1', MAC_BYTES)));

/**
 * Computes MACs for rows that the shop writes: HMAC-SHA256 with a key that is not in the database. So somebody who can
 * write to the database, but does not have the key, cannot add a row with a valid MAC.
 */
export class MacKey {
  private readonly key: KeyObject;
  private readonly former: readonly KeyObject[];

  /**
   * @param secret at least 32 random bytes in base64 (EVENT_MAC_KEY)
   * @param former keys that were used before, so that their MACs stay valid (EVENT_FORMER_KEYS)
   */
  constructor(secret: string, former: readonly string[] = []) {
    this.key = keyOf(secret);
    this.former = former.map(keyOf);
  }

  /**
   * Computes the MAC of a text. A text must begin with the name of its kind, so that its MAC is not valid for a text of
   * another kind.
   */
  of(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }

  /** Whether the MAC was computed from this text with the current key or a former key. */
  holds(text: string, mac: Uint8Array): boolean {
    if (mac.length !== MAC_BYTES) return false;
    return [this.key, ...this.former].some((key) =>
      timingSafeEqual(createHmac('sha256', key).update(text).digest(), mac),
    );
  }
}
