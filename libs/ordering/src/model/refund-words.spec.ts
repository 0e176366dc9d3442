import { facts, given, ordered, refundDeciding } from './order-samples';
import { refundWordsForOwner, refundWordsForStaff } from './refund-words';
import type { PlacedState } from './order';

const typed = { v: 'typed' } as never;
const order = given(...ordered.confirmed, refundDeciding('a', 1, { end: false })) as PlacedState;

describe('Why money goes back', () => {
  it('is told to the customer in the words of the shop', () => {
    for (const reason of [typed, 'asked for by staff', 'provider is back'])
      expect(refundWordsForOwner({ reason }, 'en')).toBe('The shop gives you money back');
    for (const reason of ['cancelled: STAFF', 'cancelled: CUSTOMER'])
      expect(refundWordsForOwner({ reason }, 'vi')).toBe('Đơn hàng đã bị hủy');
  });

  it('is told to staff as it was typed', () => {
    expect(refundWordsForStaff({ reason: typed }, order)).toBe(typed);
    const cancelled = given(facts.placed, facts.cancelled) as Extract<PlacedState, { status: 'cancelled' }>;
    const withReason = { ...cancelled, cancellation: { ...cancelled.cancellation, reason: typed } };
    expect(refundWordsForStaff({ reason: 'cancelled: STAFF' }, withReason)).toBe(typed);
    const without = { ...cancelled, cancellation: { ...cancelled.cancellation, reason: null } };
    expect(refundWordsForStaff({ reason: 'cancelled: STAFF' }, without)).toMatch(/cancelled|hủy/);
  });
});
