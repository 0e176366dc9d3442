import { facts, factsUntil, orderId, samplePlaced, sealed } from '../model/order-samples';
import type { OrderEvent } from '../model/order';
import type { OrderView } from '../view-order/order-view';
import { ListedOrder, projectListed, showListed } from './order-list';

const listed = (...events: readonly OrderEvent[]): OrderView =>
  events.reduce<OrderView | undefined>(
    (view, event, index) =>
      projectListed(view, event, { orderId, version: index + 1, at: `2026-11-23T03:0${index}:00.000Z` }),
    undefined,
  )!;

describe('An order in a list', () => {
  it('shows the order’s current status, money and version', () => {
    expect(showListed(listed(...factsUntil.ready))).toMatchObject({
      status: 'ready',
      version: 5,
      payment: { status: 'paid' },
    });
    expect(showListed(listed(facts.placed, facts.cancelled))).toMatchObject({ status: 'cancelled' });
  });

  it('has no address, no note and no payment token', () => {
    const placed: OrderEvent = {
      type: 'OrderPlaced',
      data: {
        ...samplePlaced,
        fulfilment: { type: 'delivery', address: sealed('1 Lê Lợi') },
        note: sealed('ring twice'),
      },
    };
    const text = JSON.stringify(listed(placed));
    for (const secret of ['Lê Lợi', 'ring twice', 'tok_ok']) expect(text).not.toContain(secret);
  });

  it('has the documented shape', () => {
    const opened = {
      ...showListed(listed(...factsUntil.confirmed)),
      contact: { name: 'An', phone: null, email: null },
    };
    expect(ListedOrder.strict().parse(opened)).toMatchObject({ fulfilment: { type: 'pickup' } });
  });
});
