// Measures the time from POST /orders until the order is confirmed, for one buyer alone and for many at once. Also
// measures how long after the response the read model shows the order.
import { randomUUID } from 'node:crypto';
import { call, inParallel, percentile } from './shop.mjs';

const ORDERS = Number(process.env.BENCH_ORDERS ?? 600);
const AT_ONCE = 50;
/** Orders before the measurement: meanwhile V8 compiles the code, and each connection plans its statements. */
const WARM_UP = Number(process.env.BENCH_WARM_UP ?? 300);

const order = {
  contact: { name: 'Nguyễn Thị An', phone: '0901234567' },
  fulfilment: { type: 'pickup' },
  payment: { method: 'card', token: 'tok_ok' },
};

const allVariants = async (shop) =>
  (await call('GET', `${shop.api}/products?limit=100`)).data.flatMap((product) => product.variants);

/** Makes carts of guests, each with one of the chosen variants, or of all variants. Returns the cart tokens. */
export async function cartsFor(shop, count, chosen) {
  const variants = chosen ?? (await allVariants(shop));
  const carts = [];
  await inParallel(count, 8, async (index) => {
    const variantId = variants[index % variants.length].id;
    const { headers } = await call('POST', `${shop.api}/cart/items`, { body: { variantId, quantity: 1 } });
    carts.push(headers.get('x-cart-token'));
  });
  return carts;
}

/** Places an order. `readToken`: the new cart token, because only this token can read the order. */
export const place = async (shop, cart, wait) => {
  const { data, headers } = await call('POST', `${shop.api}/orders`, { cart, key: randomUUID(), wait, body: order });
  return { ...data, readToken: headers.get('x-cart-token') };
};

export const buyUntilConfirmed = async (shop, cart) => {
  const data = await place(shop, cart, 10);
  if (data.status !== 'confirmed')
    throw new Error(
      `an order is ${data.status} ${data.cancellation?.code ?? ''} at its end, but it should be confirmed`,
    );
};

/** Places `count` orders, and measures the mean processor time of an order. */
async function measured(shop, count, atOnce, carts) {
  const before = shop.processorMs();
  const result = await inParallel(count, atOnce, () => buyUntilConfirmed(shop, carts.pop()));
  const after = shop.processorMs();
  return { ...result, node: (after.node - before.node) / count, postgres: (after.postgres - before.postgres) / count };
}

const figures = (what, { took, seconds, node, postgres }) => [
  what,
  took.length,
  (took.length / seconds).toFixed(1),
  percentile(took, 50).toFixed(1),
  percentile(took, 99).toFixed(1),
  node.toFixed(1),
  postgres.toFixed(1),
];

/** Sets the stock of every SKU so high that it never runs out. */
export async function fillShelves(shop) {
  const login = await call('POST', `${shop.api}/auth/login`, {
    body: { email: 'admin@coffee-tea.example', password: 'demo-admin-brews' },
  });
  const token = login.data.accessToken;
  let cursor = '';
  do {
    const { data, meta } = await call('GET', `${shop.api}/admin/inventory?limit=100${cursor}`, { token });
    for (const { sku } of data)
      await call('PUT', `${shop.api}/admin/inventory/${sku}`, { token, body: { onHand: 100_000 } });
    cursor = meta.hasMore ? `&cursor=${encodeURIComponent(meta.nextCursor)}` : '';
  } while (cursor);
}

export async function buying(shop) {
  const carts = await cartsFor(shop, WARM_UP + 100 + ORDERS + 200);
  await inParallel(WARM_UP, AT_ONCE, () => buyUntilConfirmed(shop, carts.pop()));
  const alone = await measured(shop, 100, 1, carts);
  const many = await measured(shop, ORDERS, AT_ONCE, carts);
  const lags = [];
  await inParallel(200, 10, async () => {
    const cart = carts.pop();
    const placed = await place(shop, cart);
    const at = performance.now();
    const { meta } = await call('GET', `${shop.api}/orders/${placed.id}?minVersion=${placed.version}`, {
      cart: placed.readToken,
    });
    if (meta?.stale) throw new Error('the read model did not catch up in 2 s');
    lags.push(performance.now() - at);
  });
  return [
    {
      title: 'Buying: from POST /orders to confirmed (reserve, pay, commit, confirm), milliseconds',
      head: [
        'what',
        'orders',
        'confirmed/s',
        'p50',
        'p99',
        'Node, ms of processor an order',
        'Postgres, ms of processor an order',
      ],
      rows: [figures('one buyer alone', alone), figures(`${AT_ONCE} at once`, many)],
    },
    {
      title:
        'The read model: from the response of POST /orders until the view shows the order, milliseconds, 10 buyers at once',
      head: ['orders', 'p50', 'p99'],
      rows: [[lags.length, percentile(lags, 50).toFixed(1), percentile(lags, 99).toFixed(1)]],
    },
  ];
}
