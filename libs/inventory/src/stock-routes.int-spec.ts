import { SkuOwners } from '#contracts/catalog';
import { ReserveStock } from '#contracts/inventory';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { InventoryModule } from './inventory.module';

let shop: OpenContext;
let manager: string;
/** A catalogue with one variant whose VariantListed never arrives at inventory. */
const catalogue: SkuOwners = {
  ownerOf: async (sku) =>
    sku === 'UNHEARD' ? { variantId: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6070', named: 1 } : undefined,
  currentSkus: async () => new Map(),
};

beforeAll(async () => {
  shop = await openContext([InventoryModule], ['inventory'], [{ provide: SkuOwners, useValue: catalogue }]);
  manager = await shop.token('manager');
  await shop.database.admin(
    `insert into inventory.stock (sku, on_hand, reserved) select 'SKU-' || n, 10, 2 from generate_series(1, 3) n`,
  );
});
afterAll(() => shop.close());

/** Puts a message of another context into the inbox, like the relay. */
const send = async (message: ReserveStock, id: string) => {
  await shop.database.admin(
    `insert into inventory.inbox (message_id, handler, lane, key, type, body, meta)
     values ($1, 'reserve-stock', 'stock', $2, $3, $4, $5)`,
    [id, message.key, ReserveStock.type, message.body, { occurredAt: new Date(), correlationId: id }],
  );
};
const until = async <T>(find: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};
const answersFor = (orderId: string) => () =>
  shop.database
    .admin<{ type: string; body: object }>(
      `select type, body from inventory.outbox where key = $1 and type like 'inventory.stock-%' order by seq`,
      [orderId],
    )
    .then((rows) => (rows.length > 0 ? rows : undefined));

describe('Stock, for staff', () => {
  it('is listed by SKU, page by page', async () => {
    const first = await shop.ask('GET', '/admin/inventory?limit=2', { token: manager });
    expect(first.status).toBe(200);
    expect(first.body.data).toEqual(
      ['SKU-1', 'SKU-2'].map((sku) => ({ sku, onHand: 10, reserved: 2, available: 8, version: 1 })),
    );
    const next = `/admin/inventory?limit=2&cursor=${first.body.meta.nextCursor}`;
    expect((await shop.ask('GET', next, { token: manager })).body).toMatchObject({
      data: [{ sku: 'SKU-3' }],
      meta: { nextCursor: null, hasMore: false },
    });
    const one = await shop.ask('GET', '/admin/inventory?sku=SKU-2', { token: manager });
    expect(one.body.data).toHaveLength(1);
    expect((await shop.ask('GET', '/admin/inventory?sku=NONE', { token: manager })).body.data).toEqual([]);
    expect((await shop.ask('GET', '/admin/inventory?cursor=x', { token: manager })).status).toBe(400);
  });

  it('is counted, and adjusted with a reason', async () => {
    const counted = await shop.ask('PUT', '/admin/inventory/SKU-1', { token: manager, body: { onHand: 20 } });
    expect(counted).toMatchObject({
      status: 200,
      body: { data: { onHand: 20, reserved: 2, available: 18, version: 2 } },
    });
    expect(counted.headers['etag']).toMatch(/^"2-\w+"$/);
    const body = { delta: -5, reason: 'Five cups broke' };
    const stale = { token: manager, body, headers: { 'if-match': '"1"' } };
    expect((await shop.ask('POST', '/admin/inventory/SKU-1/adjustments', stale)).status).toBe(412);
    const staleBody = { token: manager, body: { onHand: 20, reserved: 1 }, headers: { 'if-match': '"1"' } };
    expect((await shop.ask('PUT', '/admin/inventory/SKU-1', staleBody)).status).toBe(412);
    const fresh = { ...stale, headers: { 'if-match': '"2", "3"' } };
    const adjusted = await shop.ask('POST', '/admin/inventory/SKU-1/adjustments', fresh);
    expect(adjusted).toMatchObject({ status: 200, body: { data: { onHand: 15, version: 3 } } });
  });

  it('refuses a count below the reserved number, an invalid count, and an unknown SKU', async () => {
    const below = await shop.ask('PUT', '/admin/inventory/SKU-2', { token: manager, body: { onHand: 1 } });
    expect(below).toMatchObject({ status: 409, body: { error: { code: 'STOCK_BELOW_RESERVED' } } });
    for (const body of [{ onHand: -1 }, { onHand: 1.5 }, { onHand: '7' }, {}, { onHand: 1, reserved: 0 }])
      expect((await shop.ask('PUT', '/admin/inventory/SKU-2', { token: manager, body })).status).toBe(400);
    const reasonless = { token: manager, body: { delta: 1 } };
    expect((await shop.ask('POST', '/admin/inventory/SKU-2/adjustments', reasonless)).status).toBe(400);
    const nowhere = await shop.ask('PUT', '/admin/inventory/NOWHERE', { token: manager, body: { onHand: 1 } });
    expect(nowhere.status).toBe(404);
  });

  it('answers 503 if inventory does not know the variant with this SKU yet', async () => {
    const responses = [
      shop.ask('GET', '/admin/inventory/UNHEARD', { token: manager }),
      shop.ask('GET', '/admin/inventory?sku=unheard', { token: manager }),
      shop.ask('PUT', '/admin/inventory/UNHEARD', { token: manager, body: { onHand: 1 } }),
      shop.ask('POST', '/admin/inventory/UNHEARD/adjustments', { token: manager, body: { delta: 1, reason: 'More' } }),
    ];
    for (const { status, headers, body } of await Promise.all(responses))
      expect([status, headers['retry-after'], body.error?.code]).toEqual([503, '1', 'UNAVAILABLE']);
  });

  it('needs the permission `stock`', async () => {
    expect((await shop.ask('GET', '/admin/inventory')).status).toBe(401);
    expect((await shop.ask('GET', '/admin/inventory', { token: await shop.token('barista') })).status).toBe(403);
    const customer = { token: await shop.token('customer'), body: { onHand: 9 } };
    expect((await shop.ask('PUT', '/admin/inventory/SKU-3', customer)).status).toBe(403);
  });
});

describe('A request from the inbox', () => {
  const orderId = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

  it('is answered through the outbox', async () => {
    const lines = [{ sku: 'SKU-3', quantity: 3 }];
    await send(new ReserveStock({ orderId, lines }), '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072');
    expect(await until(answersFor(orderId))).toEqual([
      { type: 'inventory.stock-reserved.v1', body: { orderId, lines } },
    ]);
  });

  it('waits for a SKU whose VariantListed has not arrived yet, and reports a shortage if it never arrives', async () => {
    const order = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6073';
    const late = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6074';
    const line = (sku: string) => [{ sku, quantity: 1 }];
    await send(new ReserveStock({ orderId: order, lines: line('NEVER') }), '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6075');
    await send(new ReserveStock({ orderId: late, lines: line('LATE') }), '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6076');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await shop.database.admin(`insert into inventory.stock (sku, on_hand) values ('LATE', 1)`);
    expect((await until(answersFor(late)))[0].type).toBe('inventory.stock-reserved.v1');
    expect(await until(answersFor(order))).toEqual([
      {
        type: 'inventory.stock-short.v1',
        body: { orderId: order, short: [{ sku: 'NEVER', quantity: 1, available: 0 }] },
      },
    ]);
  });
});
