import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import { chargesOf, mailsTo, register, listDrink, stockOf, type Drink, type Person } from '../support/people';
import { capturedEvent, SECRET, sendWebhook } from '../support/sandbox';

jest.setTimeout(40_000);

interface Purchase {
  readonly buyer: Person;
  readonly drink: Drink;
  readonly id: string;
}

describe('Paying', () => {
  let open: OpenShop;
  const purchases = new Map<string, Promise<Purchase>>();

  async function buy(token: string): Promise<Purchase> {
    const [buyer, drink] = await Promise.all([register(open.shop), listDrink(open.admin)]);
    return { buyer, drink, id: (await buyer.buy(drink.variantId, token, 2)).id };
  }
  const purchaseWith = (token: string) => purchases.get(token)!;
  const waitUntilDecided = ({ buyer, id }: Purchase) =>
    eventually(async () => {
      const { data } = (await buyer.get(`/orders/${id}`)).body;
      expect(['confirmed', 'cancelled']).toContain(data.status);
      return data;
    }, 25_000);
  const expectStockUnchanged = async ({ drink }: Purchase) =>
    eventually(async () =>
      expect(await stockOf(open.admin, drink)).toMatchObject({ onHand: 20, reserved: 0, available: 20 }),
    );

  beforeAll(async () => {
    open = await openShop({ SANDBOX_WEBHOOK_SECRET: SECRET });
    for (const token of [
      'declined',
      'timeout_charged',
      'timeout_not_charged',
      'flaky',
      'late_webhook',
      'slow',
      'made_up',
    ])
      purchases.set(`tok_${token}`, buy(`tok_${token}`));
    await Promise.all(purchases.values());
  }, 240_000);
  afterAll(() => open?.close());

  it.each(['tok_declined', 'tok_made_up'])(
    'with %s makes an order that is cancelled with the reason; no charge and no points are left, and the stock is back',
    async (token) => {
      const purchase = await purchaseWith(token);
      const { buyer, id } = purchase;
      const order = await buyer.waitForStatus(id, 'cancelled');
      expect(order.cancellation).toMatchObject({ code: 'PAYMENT_DECLINED', message: expect.stringMatching(/\w/) });
      expect(order.payment).toMatchObject({ status: 'none', paid: { amount: 0 } });
      await expectStockUnchanged(purchase);
      expect(await chargesOf(open.admin, id)).toEqual([]);
      expect(await buyer.points()).toMatchObject({ balance: 0, entries: [] });
      await eventually(async () =>
        expect((await mailsTo(open.admin, buyer.email)).map(({ event }) => event)).toEqual(['order-cancelled']),
      );
    },
  );

  it.each(['tok_timeout_charged', 'tok_slow', 'tok_late_webhook'])(
    'with %s makes an order that is confirmed, and charged exactly once',
    async (token) => {
      const { buyer, drink, id } = await purchaseWith(token);
      await buyer.waitForStatus(id, 'confirmed', 20_000);
      expect(await chargesOf(open.admin, id)).toEqual([
        expect.objectContaining({ status: 'captured', amount: { amount: 100_000, currency: 'VND' } }),
      ]);
      expect(await stockOf(open.admin, drink)).toMatchObject({ onHand: 18, reserved: 0 });
      await eventually(async () => expect((await buyer.points()).balance).toBe(10));
    },
  );

  it('is tried again after a failure: with a token that fails twice, the third attempt succeeds', async () => {
    const purchase = await purchaseWith('tok_flaky');
    expect((await waitUntilDecided(purchase)).status).toBe('confirmed');
    expect((await chargesOf(open.admin, purchase.id)).map(({ status }) => status)).toEqual(['captured']);
    expect((await stockOf(open.admin, purchase.drink)).onHand).toBe(18);
  });

  it('that the provider never answers and never takes cancels the order, and takes nothing', async () => {
    const purchase = await purchaseWith('tok_timeout_not_charged');
    expect((await waitUntilDecided(purchase)).cancellation.code).toBe('PAYMENT_UNAVAILABLE');
    expect((await chargesOf(open.admin, purchase.id)).every(({ status }) => status === 'refunded')).toBe(true);
    await expectStockUnchanged(purchase);
    expect((await purchase.buyer.points()).balance).toBe(0);
  });

  it('has its effect once, also if its webhook is repeated with the same or another id', async () => {
    const { buyer, id } = await purchaseWith('tok_late_webhook');
    const order = await buyer.waitForStatus(id, 'confirmed', 20_000);
    const [charge] = await chargesOf(open.admin, id);
    const normalId = randomUUID();
    for (const event of [normalId, normalId, normalId, randomUUID(), randomUUID(), randomUUID()])
      expect(await sendWebhook(open.shop, capturedEvent(event, charge))).toMatchObject({
        status: 200,
        body: { success: true, data: { received: true } },
      });
    await eventually(async () => expect((await buyer.points()).balance).toBe(10));
    expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({ status: 'confirmed', version: order.version });
    expect(await chargesOf(open.admin, id)).toHaveLength(1);
    expect(await mailsTo(open.admin, buyer.email)).toHaveLength(1);
  });

  it('is not affected by webhooks that are unsigned, old, unknown or signed with another key', async () => {
    const { shop, admin } = open;
    // With this token the payment stays open for some seconds, because the provider does not respond.
    const { buyer, id, drink } = await buy('tok_timeout_not_charged');
    const key = await eventually(async () => {
      const timeline = (await admin.get(`/admin/orders/${id}/timeline`)).body.data as { type: string }[];
      expect(timeline.map(({ type }) => type)).toContain('inventory.stock-reserved.v1');
      const rows = await open.database.admin<{ id: string }>('select id from payments.payments where order_id = $1', [
        id,
      ]);
      expect(rows).toHaveLength(1);
      return rows[0].id;
    });
    const charge = { id: randomUUID(), idempotencyKey: key, orderId: id, amount: { amount: 100_000, currency: 'VND' } };
    const event = () => capturedEvent(randomUUID(), charge);

    const refusals: [string, Promise<{ status: number; body: { error: { code: string } } }>, number, string][] = [
      ['unsigned', sendWebhook(shop, event(), { headers: {} }), 401, 'WEBHOOK_SIGNATURE_INVALID'],
      [
        'malformed',
        sendWebhook(shop, event(), { headers: { 'sandbox-signature': 'v1=00' } }),
        401,
        'WEBHOOK_SIGNATURE_INVALID',
      ],
      ['old', sendWebhook(shop, event(), { ageSeconds: 301 }), 401, 'WEBHOOK_SIGNATURE_INVALID'],
      [
        'signed with another key',
        sendWebhook(shop, event(), { secret: 'another-secret' }),
        401,
        'WEBHOOK_SIGNATURE_INVALID',
      ],
      [
        'of an unknown payment',
        sendWebhook(shop, capturedEvent(randomUUID(), { ...charge, idempotencyKey: randomUUID() })),
        404,
        'NOT_FOUND',
      ],
      [
        'of another amount',
        sendWebhook(shop, capturedEvent(randomUUID(), { ...charge, amount: { amount: 1, currency: 'VND' } })),
        404,
        'NOT_FOUND',
      ],
      ['of an unknown form', sendWebhook(shop, { id: 'x', type: 'charge.exploded' }), 400, 'VALIDATION_ERROR'],
    ];
    for (const [which, reply, status, code] of refusals) {
      const { status: answered, body } = await reply;
      expect([which, answered, body.error.code]).toEqual([which, status, code]);
    }
    const unknown = await shop.post('/payments/webhooks/nobody', { body: {} });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'NOT_FOUND']);
    expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({ status: 'pending', version: 1 });
    expect(await stockOf(admin, drink)).toMatchObject({ onHand: 20, reserved: 2 });
    expect(await chargesOf(admin, id)).toEqual([]);
  });

  const findingsOf = async (orderId: string): Promise<any[]> =>
    (await open.admin.get(`/admin/payments/findings?orderId=${orderId}`)).body.data;
  const chargeOf = (id: string, orderId: string, key: string) => ({
    ...{ id, orderId, idempotencyKey: key, amount: { amount: 100_000, currency: 'VND' } },
  });

  it('a second charge of a paid order becomes a finding and is refunded once; the order stays paid', async () => {
    const { buyer, id } = await buy('tok_ok');
    await buyer.waitForStatus(id, 'confirmed');
    const [first] = await chargesOf(open.admin, id);
    const second = randomUUID();
    await open.database.admin(
      `insert into sandbox.charges (id, key, order_id, amount, token, state) values ($1, $2, $3, 100000, 'tok_ok', 'captured')`,
      [second, `twice-${second}`, id],
    );
    for (const event of [randomUUID(), randomUUID(), randomUUID()])
      expect((await sendWebhook(open.shop, capturedEvent(event, { ...first, id: second }))).status).toBe(200);
    await eventually(async () =>
      expect(await findingsOf(id)).toEqual([
        expect.objectContaining({ kind: 'second-charge', state: 'given-back', chargeId: second, orderId: id }),
      ]),
    );
    const charges = await chargesOf(open.admin, id);
    expect(charges.map((charge) => [charge.id === second, charge.status, charge.refunded.amount]).sort()).toEqual([
      [false, 'captured', 0],
      [true, 'refunded', 100_000],
    ]);
    await eventually(async () => {
      const { data } = (await buyer.get(`/orders/${id}/history`)).body;
      expect(data.filter(({ code }: any) => code === 'PaymentReversed')).toHaveLength(1);
    });
    expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({
      status: 'confirmed',
      payment: { status: 'paid', paid: { amount: 100_000 }, refunded: { amount: 0 } },
    });
    const notes = (await open.admin.get(`/admin/orders/${id}/timeline`)).body.data.map(({ type }: any) => type);
    expect(notes).toEqual(expect.arrayContaining(['payments.money-found.v1', 'payments.money-returned.v1']));
  });

  it("an order is not confirmed by somebody else's money, and that money is not touched", async () => {
    const [paid, unpaid] = await Promise.all([buy('tok_ok'), buy('tok_timeout_not_charged')]);
    await paid.buyer.waitForStatus(paid.id, 'confirmed');
    const [charge] = await chargesOf(open.admin, paid.id);
    const { key } = await eventually(async () => {
      const sql = 'select id as key from payments.payments where order_id = $1';
      return (await open.database.admin<{ key: string }>(sql, [unpaid.id]))[0];
    });
    const unknownKey = randomUUID();
    const wrong = [
      { ...charge, idempotencyKey: key }, // the order and the charge of the paid order
      { ...charge, idempotencyKey: key, orderId: unpaid.id }, // the charge of the paid order
      { ...charge, orderId: unpaid.id, id: randomUUID() }, // the key of the paid order
      chargeOf(randomUUID(), unpaid.id, unknownKey), // the key of no payment
      { ...chargeOf(randomUUID(), unpaid.id, key), amount: { amount: 100_000, currency: 'USD' } },
    ];
    for (const each of wrong)
      for (const times of [1, 2])
        expect([times, (await sendWebhook(open.shop, capturedEvent(randomUUID(), each))).status]).toEqual([times, 404]);
    expect((await unpaid.buyer.get(`/orders/${unpaid.id}`)).body.data.status).not.toBe('confirmed');
    expect((await findingsOf(unpaid.id)).map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'charge-of-another noted',
      'mismatch noted',
      'mismatch noted',
    ]);
    const all = (await open.admin.get('/admin/payments/findings?state=noted&limit=100')).body.data;
    expect(all.filter(({ paymentKey }: any) => paymentKey === unknownKey)).toMatchObject([{ kind: 'unknown-payment' }]);
    expect(await chargesOf(open.admin, paid.id)).toEqual([expect.objectContaining({ status: 'captured' })]);
    await unpaid.buyer.waitForStatus(unpaid.id, 'cancelled', 25_000);
  });

  it.each(['tok_late_webhook', 'tok_slow', 'tok_timeout_not_charged'])(
    '%s: a signed webhook with an unknown charge confirms no order and takes no money',
    async (token) => {
      const { buyer, id } = await buy(token);
      const { key } = await eventually(async () => {
        const sql = 'select id as key from payments.payments where order_id = $1';
        const [row] = await open.database.admin<{ key: string }>(sql, [id]);
        expect(row).toBeDefined();
        return row;
      });
      expect((await sendWebhook(open.shop, capturedEvent(randomUUID(), chargeOf(randomUUID(), id, key)))).status).toBe(
        404,
      );
      expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({ status: 'pending' });
      const order = await eventually(async () => {
        const { data } = (await buyer.get(`/orders/${id}`)).body;
        expect(['confirmed', 'cancelled']).toContain(data.status);
        return data;
      }, 25_000);
      expect(order.status).toBe(token === 'tok_timeout_not_charged' ? 'cancelled' : 'confirmed');
      expect((await findingsOf(id)).map(({ kind }) => kind)).toEqual(['unknown-charge']);
      const charges = await chargesOf(open.admin, id);
      expect(charges.map(({ status }) => status)).toEqual(order.status === 'confirmed' ? ['captured'] : []);
    },
  );

  it('a refund of a charge that is still being processed is requested again until it succeeds', async () => {
    const { buyer, id } = await buy('tok_ok');
    await buyer.waitForStatus(id, 'confirmed');
    await open.database.admin(
      `update sandbox.charges set state = 'processing', settle_at = now() + interval '4 seconds' where order_id = $1`,
      [id],
    );
    expect((await buyer.post(`/orders/${id}/cancel`, { body: {} })).status).toBe(200);
    await eventually(async () =>
      expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({
        payment: { status: 'refunded' },
        refunds: [{ state: 'refunded' }],
      }),
    );
    expect(await chargesOf(open.admin, id)).toEqual([expect.objectContaining({ status: 'refunded' })]);
  });

  it.each([
    ['a NUL in its id', (event: any) => ({ ...event, id: 'a\0b' })],
    ['a NUL in its charge', (event: any) => ({ ...event, chargeId: 'a\0b' })],
    ['half a character in its key', (event: any) => ({ ...event, key: 'a\ud800' })],
    ['no order', ({ orderId: _, ...event }: any) => event],
    ['a negative amount', (event: any) => ({ ...event, amount: { amount: -1, currency: 'VND' } })],
  ])('a signed webhook with %s is refused with 400', async (_, change) => {
    const event = capturedEvent(randomUUID(), chargeOf(randomUUID(), randomUUID(), randomUUID()));
    expect(await sendWebhook(open.shop, change(event))).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_ERROR' } },
    });
  });

  it('tok_timeout_charged, cancelled at once: the order, its history and its letter say that money was taken and given back', async () => {
    const { buyer, id } = await buy('tok_timeout_charged');
    await eventually(async () => expect(await chargesOf(open.admin, id)).toHaveLength(1));
    expect((await buyer.post(`/orders/${id}/cancel`, { body: {} })).status).toBe(202);
    const order = await buyer.waitForStatus(id, 'cancelled');
    const taken = { amount: 100_000, currency: 'VND' };
    expect(order.payment).toMatchObject({ status: 'refunded', paid: taken, refunded: taken });
    expect(order.cancellation).toMatchObject({ code: 'CUSTOMER', message: expect.stringContaining('100.000 ₫') });
    expect(await chargesOf(open.admin, id)).toEqual([expect.objectContaining({ status: 'refunded' })]);
    const history = (await buyer.get(`/orders/${id}/history`)).body.data;
    expect(history.filter(({ code }: any) => code === 'PaymentReversed')).toHaveLength(1);
    const [letter] = await eventually(async () => {
      const mails = await mailsTo(open.admin, buyer.email);
      expect(mails.map(({ event }) => event)).toEqual(['order-cancelled']);
      return mails;
    });
    expect(letter.body).toContain('100.000 ₫');
    expect((await buyer.points()).balance).toBe(0);
  });
});
