import { vnd } from '#kernel';
import { findingKindOf } from './finding';

const payment = { id: 'p1', provider: 'sandbox', orderId: 'o1', amount: vnd(90_000), chargeId: null };
const booked = { key: 'p1', orderId: 'o1', amount: vnd(90_000) };
const named = { provider: 'sandbox', orderId: 'o1', amount: vnd(90_000), chargeId: 'ch_1' };

describe('Money that a provider reports', () => {
  it('fits the payment that it names, also when it is reported again', () => {
    expect(findingKindOf(named, payment, {})).toBeUndefined();
    const books = { paymentId: 'p1', charge: booked };
    expect(findingKindOf(named, { ...payment, chargeId: 'ch_1' }, books)).toBeUndefined();
  });

  it.each([
    ['no payment of the shop', named, undefined, {}, 'unknown-payment'],
    ["another provider's payment", { ...named, provider: 'other' }, payment, {}, 'unknown-payment'],
    ['another order', { ...named, orderId: 'o2' }, payment, {}, 'mismatch'],
    ['another amount', { ...named, amount: vnd(1) }, payment, {}, 'mismatch'],
    ['another currency', { ...named, amount: { amount: 90_000, currency: 'USD' } }, payment, {}, 'mismatch'],
    ["another payment's charge", named, payment, { paymentId: 'p2' }, 'charge-of-another'],
    ['a charge that the provider does not know', named, payment, { charge: null }, 'unknown-charge'],
    [
      ...(["another order's charge in the provider's books", named, payment] as const),
      ...([{ charge: { ...booked, orderId: 'o2' } }, 'charge-of-another'] as const),
    ],
    [
      ...(['a charge under another key', named, payment] as const),
      ...([{ charge: { ...booked, key: 'p2' } }, 'charge-of-another'] as const),
    ],
    [
      ...(["another amount in the provider's books", named, payment] as const),
      ...([{ charge: { ...booked, amount: vnd(1) } }, 'mismatch'] as const),
    ],
    [
      ...(['a second charge under another key', named, { ...payment, chargeId: 'ch_0' }] as const),
      ...([{ charge: { ...booked, key: 'twice' } }, 'second-charge'] as const),
    ],
    ['a second charge', named, { ...payment, chargeId: 'ch_0' }, {}, 'second-charge'],
  ] as const)('does not fit if it names %s', (_, money, known, owner, fault) => {
    expect(findingKindOf(money, known, owner)).toBe(fault);
  });
});
