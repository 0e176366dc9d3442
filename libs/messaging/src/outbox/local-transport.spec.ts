import type { Config } from '#platform/config';
import { LocalTransport } from './local-transport';

const sharesServer = (cart: string, ordering: string): boolean => {
  const config = { databaseUrl: cart, databaseUrls: { cart, ordering } } as unknown as Config;
  const transport = new LocalTransport({ find: () => undefined } as never, {} as never, {} as never, config, null);
  return transport.sharesServer('cart', 'ordering');
};

describe('Two contexts', () => {
  it.each([
    ['postgres://cart:a@db/shop', 'postgres://ordering:b@db:5432/shop', true],
    ['postgres://db/shop', 'postgres://db/other', false],
    ['postgres://db/shop', 'postgres://db:5433/shop', false],
    ['postgres://x@localhost/shop?host=/run/pg&port=5432', 'postgres://y@localhost/shop?host=/run/pg&port=5432', true],
    ['postgres://x@localhost/shop?host=/run/pg&port=5432', 'postgres://x@localhost/shop?host=/run/pg&port=5433', false],
    ['postgres://x@localhost/shop?host=/run/pg', 'postgres://x@localhost/shop?host=/run/other', false],
  ])('with %s and %s share a database: %s', (cart, ordering, expected) => {
    expect(sharesServer(cart, ordering)).toBe(expected);
  });
});
