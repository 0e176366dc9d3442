import { OrderCancellationRequested } from '#contracts/ordering';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { DatedOrder } from '../model/dated-order';
import { facts, orderAfter, orderId } from '../model/order-samples';
import type { OrderEvent } from '../model/order';
import { answerIfNotConfirmed } from './answer-if-not-confirmed';

const after = (...events: OrderEvent[]) =>
  ({ id: orderId, version: events.length, order: orderAfter(...events) }) as DatedOrder;

describe('A confirmation that is requested again', () => {
  it('announces the cancellation request again, if there is one', () => {
    expect(answerIfNotConfirmed(after(facts.placed, facts.unwanted))).toEqual(
      new OrderCancellationRequested({ orderId, version: 2, reason: null, by: 'customer' }),
    );
  });

  it('compares the checkout with the order, if the order is not pending any more', () => {
    for (const fact of [facts.confirmed, facts.cancelled])
      expect(answerIfNotConfirmed(after(facts.placed, fact))).toEqual(new ReviewOrder({ orderId }));
  });
});
