import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { CatalogPrices } from '#contracts/catalog';
import { Config } from '#platform/config';
import { SECRET_HEADER } from '#platform/questions';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import { CartModule } from '../cart.module';
import { addLine, emptyCart } from '../model/cart';
import { Carts } from '../model/carts.store';
import { CartOverHttp } from './cart-over-http.adapter';

let shop: OpenContext;
let url: string;
let secret: string;

beforeAll(async () => {
  shop = await openContext([CartModule], ['cart'], [{ provide: CatalogPrices, useValue: {} }]);
  await shop.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(shop.app.getHttpServer().address() as AddressInfo).port}`;
  secret = shop.app.get(Config).internalSecret;
}, 30_000);
afterAll(() => shop?.close());

const carts = (more: Partial<Config> = {}) =>
  new CartOverHttp(Object.assign(new Config(), { cartUrl: url, internalSecret: secret, ...more }));
const post = (headers: Record<string, string>, body: object = { kind: 'user', userId: randomUUID() }) =>
  fetch(`${url}/internal/cart-of`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('The cart of another process', () => {
  it('is empty if its owner has added nothing', async () => {
    expect(await carts().find({ kind: 'user', userId: randomUUID() })).toBeUndefined();
    expect(await carts().find({ kind: 'guest', cartToken: randomUUID() })).toBeUndefined();
  });

  it('has its lines and its version', async () => {
    const userId = randomUUID();
    const variantId = randomUUID();
    const label = { productId: randomUUID(), sku: 'S', name: 'Coffee', variantName: 'M', imageUrl: null };
    const line = { id: randomUUID(), variantId, quantity: 2, modifiers: [], label };
    await shop.app
      .get(Carts, { strict: false })
      .change({ kind: 'user', userId }, (cart) => ({ ...emptyCart(cart.id), version: 1, lines: [line] }));
    expect(await carts().find({ kind: 'user', userId })).toEqual({
      cartId: expect.any(String),
      version: 1,
      lines: [{ variantId, quantity: 2, modifiers: [], portions: [{ id: line.id, quantity: 2 }] }],
    });
  });

  it('gets the lines of a failed order back, once', async () => {
    const userId = randomUUID();
    const owner = { kind: 'user' as const, userId };
    const label = { productId: randomUUID(), sku: 'S', name: 'Coffee', variantName: 'M', imageUrl: null };
    const line = { id: randomUUID(), variantId: randomUUID(), quantity: 2, modifiers: [], label };
    await shop.app.get(Carts, { strict: false }).change(owner, (cart) => addLine(cart, line));
    const { cartId, version: cartVersion, lines } = (await carts().find(owner))!;
    const order = { orderId: randomUUID(), cartId, cartVersion, lines: [{ ...lines[0], label }] };
    await carts().returnLines(order);
    await carts().returnLines(order);
    expect((await carts().find(owner))!.lines).toMatchObject([{ variantId: line.variantId, quantity: 2 }]);
    expect((await carts().find(owner))!.lines[0].portions).not.toEqual(lines[0].portions);
  });

  it('is shown only to processes of the shop: without the secret the response is 404', async () => {
    const strangers: Record<string, string>[] = [{}, { [SECRET_HEADER]: 'a guess' }, { [SECRET_HEADER]: `${secret}=` }];
    for (const headers of strangers) {
      const reply = await post(headers);
      expect([reply.status, ((await reply.json()) as { error: { code: string } }).error.code]).toEqual([
        404,
        'NOT_FOUND',
      ]);
    }
    expect((await post({ [SECRET_HEADER]: secret })).status).toBe(200);
    expect((await post({ [SECRET_HEADER]: secret }, { kind: 'user' })).status).toBe(400);
    await expect(carts({ internalSecret: 'other' }).find({ kind: 'user', userId: randomUUID() })).rejects.toThrow(
      'answered 404: check that the URL is right, and that the service has the same INTERNAL_SECRET',
    );
  });

  it('is not in the OpenAPI document, and not under the public prefix', async () => {
    expect(await (await fetch(`${url}/docs/openapi.json`)).text()).not.toContain('internal');
    expect((await shop.ask('POST', '/internal/cart-of', { headers: { [SECRET_HEADER]: secret } })).status).toBe(404);
  });
});
