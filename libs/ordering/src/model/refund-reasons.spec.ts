import { facts, orderAfter, factsUntil, refundRequestedWith } from './order-samples';
import { refundReasonForOwner, refundReasonForStaff } from './refund-reasons';
import type { PlacedState } from './order';

const typed = { v: 'typed' } as never;
const order = orderAfter(...factsUntil.confirmed, refundRequestedWith('a', 1, { end: false })) as PlacedState;

describe('The reason of a refund', () => {
  it('is shown to the customer as a text of the shop', () => {
    for (const reason of [typed, 'asked for by staff', 'provider is back'])
      expect(refundReasonForOwner({ reason }, 'en')).toBe('The shop gives you money back');
    for (const reason of ['cancelled: STAFF', 'cancelled: CUSTOMER'])
      expect(refundReasonForOwner({ reason }, 'vi')).toBe('Đơn hàng đã bị hủy');
  });

  it('is shown to staff as it was typed', () => {
    expect(refundReasonForStaff({ reason: typed }, order)).toBe(typed);
    const cancelled = orderAfter(facts.placed, facts.cancelled) as Extract<PlacedState, { status: 'cancelled' }>;
    const withReason = { ...cancelled, cancellation: { ...cancelled.cancellation, reason: typed } };
    expect(refundReasonForStaff({ reason: 'cancelled: STAFF' }, withReason)).toBe(typed);
    const without = { ...cancelled, cancellation: { ...cancelled.cancellation, reason: null } };
    expect(refundReasonForStaff({ reason: 'cancelled: STAFF' }, without)).toMatch(/cancelled|hủy/);
  });
});
