import { CompareCheckout, ReviewOrder } from '../checkout/checkout-messages';
import { orderId } from '../model/order-samples';
import { CompareRefunds } from '../refund-order/refunds-messages';
import { compareAfterDrop, startsComparison } from './after-drop';

describe('After a message about an order was dropped', () => {
  it('the order is compared with its sagas', () => {
    expect(compareAfterDrop({ type: 'ordering.order-placed.v1', key: orderId })).toEqual([
      new ReviewOrder({ orderId }),
    ]);
    expect(startsComparison([ReviewOrder.type])).toBe(true);
    expect(startsComparison([])).toBe(false);
  });

  it.each([CompareCheckout.type, CompareRefunds.type])(
    'nothing follows if the message was itself a comparison: %s',
    (type) => {
      expect(compareAfterDrop({ type, key: orderId })).toEqual([]);
    },
  );

  it('nothing follows if the key of the message is not the id of an order', () => {
    expect(compareAfterDrop({ type: 'ordering.order-placed.v1', key: 'x' })).toEqual([]);
  });
});
