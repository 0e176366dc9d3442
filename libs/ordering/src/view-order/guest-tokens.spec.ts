import type { Database } from '#database';
import type { Caller } from '#platform/security';
import { TestClock } from '#platform/system';
import { cartTokens } from '../../../../test/support/cart-tokens';
import { GuestTokens } from './guest-tokens.query';

const DAY = 24 * 60 * 60 * 1_000;
const now = new Date('2026-11-29T03:00:00Z');
const userId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

const placed = (daysAgo: number) =>
  cartTokens.after(cartTokens.issue(), {
    cartVersion: 2,
    placedAt: new Date(now.getTime() - daysAgo * DAY).toISOString(),
  });
const user = { kind: 'user', userId } as Caller;

/** With `isSpent`, every token is spent: an order was placed with it. Otherwise no token is spent. */
const tokens = (isSpent = false) => {
  const query = async () => (isSpent ? [{ orderId: 'an order' }] : []);
  return new GuestTokens({ query } as unknown as Database, new TestClock(now));
};

describe('The orders that a guest may read', () => {
  it('are the guest’s own orders with the newest token, for 30 days', async () => {
    const [fresh, old] = [placed(29), placed(31)];
    const readerBy = (cartToken: typeof fresh) => tokens().readerOf({ kind: 'guest', cartToken });
    expect(await readerBy(fresh)).toEqual({ cartTokenHash: fresh.guestHash });
    expect(await readerBy(old)).toEqual({});
  });

  it('are none with a spent token, or without a token', async () => {
    expect(await tokens(true).readerOf({ kind: 'guest', cartToken: placed(0) })).toEqual({ tokenSpent: true });
    await expect(tokens(true).readerOfOneOrder({ kind: 'guest', cartToken: placed(0) })).rejects.toThrow(
      'with this cart token',
    );
    expect(await tokens().readerOf({ kind: 'guest' })).toEqual({});
    expect(await tokens().readerOfOneOrder({ kind: 'guest' })).toEqual({});
  });

  it('are added to the account’s orders if both tokens are sent', async () => {
    const [fresh, old] = [placed(1), placed(31)];
    const readerBy = (cartToken: typeof fresh, isSpent = false) => tokens(isSpent).readerOf({ ...user, cartToken });
    expect(await readerBy(fresh)).toEqual({ userId, cartTokenHash: fresh.guestHash });
    expect(await readerBy(old)).toEqual({ userId });
    expect(await readerBy(fresh, true)).toEqual({ userId, tokenSpent: true });
  });

  it('do not move to an account that logs in with the token: only the cart moves', async () => {
    expect(await tokens().readerOf({ ...user, guestBefore: placed(1) } as Caller)).toEqual({ userId });
  });
});
