import { requireOfferedMethod, offeredMethods } from './payment-methods';

describe('The payment methods that the shop offers', () => {
  it.each([
    [
      ['sandbox', 'cash'],
      ['card', 'cash'],
    ],
    [
      ['cash', 'sandbox'],
      ['card', 'cash'],
    ],
    [['cash'], ['cash']],
    [['sandbox'], ['card']],
    [[], []],
  ] as const)('with the providers %j are %j, and the refusal of any other method lists them', (providers, offered) => {
    expect(offeredMethods(providers)).toEqual(offered);
    for (const method of ['card', 'cash', 'vnpay', 'momo', 'vietqr']) {
      const ask = () => requireOfferedMethod(method, providers);
      if ((offered as readonly string[]).includes(method)) expect(ask()).toBe(method);
      else
        expect(ask).toThrow(
          expect.objectContaining({
            code: 'PAYMENT_METHOD_UNAVAILABLE',
            details: offered.map((value) => ({ field: 'payment.method', message: value, value })),
          }),
        );
    }
  });
});
