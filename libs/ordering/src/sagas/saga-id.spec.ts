import { sagaId, parseSagaId } from './saga-id';

const orderId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

describe('The id of a saga', () => {
  it.each(['checkout', 'refunds'] as const)('names one of the two sagas of an order: %s', (name) => {
    expect(parseSagaId(sagaId({ name, orderId }))).toEqual({ name, orderId });
  });

  it('can be the id of an order: then it names the checkout of that order', () => {
    expect(parseSagaId(orderId.toUpperCase())).toEqual({ name: 'checkout', orderId });
  });

  it.each([
    '',
    'checkout',
    'checkout:',
    'checkout:1',
    `order:${orderId}`,
    `checkout:${orderId}x`,
    `checkout:${orderId}:x`,
    'x',
  ])('is not %j', (text) => {
    expect(parseSagaId(text)).toBeUndefined();
  });
});
