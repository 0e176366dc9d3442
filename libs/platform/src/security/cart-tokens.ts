import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '#platform/config';

/** Identifies a guest, and one token of the guest. */
export interface GuestTokenState {
  /**
   * SHA-256 of the guest's number, in hex. The hash is the same for all tokens of a guest. It can be stored, because it
   * does not reveal a token.
   */
  readonly guestHash: string;
  /** The version of the cart that the guest ordered last; 0 before the first order. */
  readonly since: number;
  /** When the token was issued, in seconds since 1970. */
  readonly issuedAt: number;
}

/** The content of a cart token that the shop issued. */
export interface CartToken extends GuestTokenState {
  /** The token in the form in which clients send it. */
  readonly text: string;
}

const SHAPE = /^[\w-]{64}$/;
const NUMBER_BYTES = 16;
const BODY_BYTES = NUMBER_BYTES + 4 + 4;
const MAC_BYTES = 24;
const READS_FOR_SECONDS = 30 * 24 * 60 * 60;
const TOKEN_STATE = /^([0-9a-f]{64})\.(\d{1,10})\.(\d{1,10})$/;

/**
 * Writes a `GuestTokenState` as text. An access token contains this text, so that the cart of the guest can be merged
 * after the log-in.
 */
export const formatGuestTokenState = ({ guestHash, since, issuedAt }: GuestTokenState): string =>
  `${guestHash}.${since}.${issuedAt}`;

/** Reads a `GuestTokenState` from its text; undefined if the text has another format. */
export function parseGuestTokenState(text: string | undefined): GuestTokenState | undefined {
  const [, guestHash, since, issuedAt] = TOKEN_STATE.exec(text ?? '') ?? [];
  return guestHash === undefined ? undefined : { guestHash, since: Number(since), issuedAt: Number(issuedAt) };
}

/**
 * Whether a token is too old to read orders. A token gives access to the guest's orders for 30 days after it was
 * issued.
 */
export const isTooOldToRead = ({ issuedAt }: GuestTokenState, now: Date): boolean =>
  now.getTime() / 1000 - issuedAt > READS_FOR_SECONDS;

/**
 * Issues and reads cart tokens. A token contains the random number of the guest, the cart version of the guest's last
 * order, and the time of issue. It also contains a MAC (HMAC-SHA256) of these three values. So a token can be checked
 * without a database. The token is written in base64url.
 */
@Injectable()
export class CartTokens {
  private readonly keys: readonly Buffer[];

  constructor({ cartTokenSecret, cartTokenFormerSecrets }: Config) {
    this.keys = [cartTokenSecret, ...cartTokenFormerSecrets].map((secret) => Buffer.from(secret, 'base64'));
  }

  /** The first token of a new guest. */
  issue(): CartToken {
    return this.create(randomBytes(NUMBER_BYTES), 0, Math.floor(Date.now() / 1000));
  }

  /**
   * The next token of a guest, after an order. The token is not stored, because it can be computed again at any time.
   */
  after({ text }: CartToken, order: { readonly cartVersion: number; readonly placedAt: string }): CartToken {
    const number = Buffer.from(text, 'base64url').subarray(0, NUMBER_BYTES);
    return this.create(number, order.cartVersion, Math.floor(Date.parse(order.placedAt) / 1000));
  }

  /** Returns the content of a token; undefined if this shop did not issue the token. */
  read(text: unknown): CartToken | undefined {
    if (typeof text !== 'string' || !SHAPE.test(text)) return undefined;
    const bytes = Buffer.from(text, 'base64url');
    const [body, mac] = [bytes.subarray(0, BODY_BYTES), bytes.subarray(BODY_BYTES)];
    if (!this.keys.some((key) => timingSafeEqual(macOf(key, body), mac))) return undefined;
    return { text, ...contentOf(body) };
  }

  private create(number: Uint8Array, since: number, issuedAt: number): CartToken {
    const body = Buffer.alloc(BODY_BYTES);
    body.set(number);
    body.writeUInt32BE(since, NUMBER_BYTES);
    body.writeUInt32BE(issuedAt, NUMBER_BYTES + 4);
    return { text: Buffer.concat([body, macOf(this.keys[0], body)]).toString('base64url'), ...contentOf(body) };
  }
}

const macOf = (key: Buffer, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update('cart token 1').update(body).digest().subarray(0, MAC_BYTES);

const contentOf = (body: Buffer) => ({
  guestHash: createHash('sha256').update(body.subarray(0, NUMBER_BYTES)).digest('hex'),
  since: body.readUInt32BE(NUMBER_BYTES),
  issuedAt: body.readUInt32BE(NUMBER_BYTES + 4),
});
