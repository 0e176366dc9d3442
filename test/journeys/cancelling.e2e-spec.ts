import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { openShop, type OpenShop } from '../support/open-shop';
import {
  chargesOf,
  expectStatus,
  mailsTo,
  register,
  listDrink,
  stockOf,
  type Drink,
  type Person,
} from '../support/people';

jest.setTimeout(40_000);

describe('Cancelling', () => {
  let open: OpenShop;
  const moments = ['tok_slow', 'tok_late_webhook'].flatMap((token) =>
    [150, 1_000, 2_000, 2_800].map((milliseconds) => ({ token, milliseconds })),
  );
  let cancellations: Promise<() => Promise<void>>[];
  beforeAll(async () => {
    open = await openShop();
    cancellations = moments.map(({ token, milliseconds }) => orderAndCancel(token, milliseconds));
    void Promise.allSettled(cancellations);
  }, 240_000);
  afterAll(() => open?.close());

  async function expectNothingKept(buyer: Person, drink: Drink, id: string): Promise<void> {
    const order = (await buyer.get(`/orders/${id}`)).body.data;
    expect(order).toMatchObject({ status: 'cancelled', cancellation: { code: 'CUSTOMER' } });
    const charges = await chargesOf(open.admin, id);
    expect(charges.map(({ status }) => status)).toEqual(charges.map(() => 'refunded'));
    expect(charges.length).toBeLessThanOrEqual(1);
    expect(await stockOf(open.admin, drink)).toMatchObject({ onHand: 20, reserved: 0, available: 20 });
    const { balance, entries } = await buyer.points();
    expect([balance, entries.reduce((sum: number, entry: { points: number }) => sum + entry.points, 0)]).toEqual([
      0, 0,
    ]);
  }

  /** Places an order, cancels it, and checks that nothing is kept. The returned function checks it again, 5 s later. */
  async function orderAndCancel(token: string, milliseconds: number) {
    const [buyer, drink] = await Promise.all([register(open.shop), listDrink(open.admin)]);
    const { id } = await buyer.buy(drink.variantId, token, 2);
    await pause(milliseconds);
    const reply = await buyer.post(`/orders/${id}/cancel`, { body: { reason: 'Đổi ý' } });
    // If the order is still pending, its checkout is undone. If it is already confirmed, it is cancelled at once.
    expect([200, 202]).toContain(reply.status);
    if (reply.status === 202) expect(reply.body.data).toMatchObject({ status: 'pending', cancellationRequested: true });
    await buyer.waitForStatus(id, 'cancelled');
    await eventually(() => expectNothingKept(buyer, drink, id));
    const settledAt = performance.now();
    return async () => {
      await pause(Math.max(0, settledAt + 5_000 - performance.now()));
      await expectNothingKept(buyer, drink, id);
      const mails = (await mailsTo(open.admin, buyer.email)).map(({ event }) => event);
      expect(mails.filter((event) => event === 'order-cancelled')).toHaveLength(1);
    };
  }

  it('a confirmed order gives back the money, the goods and the points', async () => {
    const { shop, admin } = open;
    const [buyer, drink] = await Promise.all([register(shop), listDrink(admin)]);
    const { id } = await buyer.buy(drink.variantId, 'tok_ok', 2);
    await buyer.waitForStatus(id, 'confirmed');
    await eventually(async () => expect((await buyer.points()).balance).toBe(10));
    const reply = expectStatus(200, await buyer.post(`/orders/${id}/cancel`, { body: { reason: 'Đặt nhầm' } }));
    expect(reply.body.data).toMatchObject({
      status: 'cancelled',
      cancellation: { code: 'CUSTOMER', reason: 'Đặt nhầm' },
    });
    await eventually(() => expectNothingKept(buyer, drink, id));
    const order = await eventually(async () => {
      const { data } = (await buyer.get(`/orders/${id}`)).body;
      expect(data.payment.status).toBe('refunded');
      return data;
    });
    expect(order).toMatchObject({ status: 'cancelled', refunds: [{ state: 'refunded', amount: { amount: 100_000 } }] });
    await eventually(async () =>
      expect((await mailsTo(admin, buyer.email)).map(({ event }) => event).sort()).toEqual([
        'order-cancelled',
        'order-confirmed',
        'order-refunded',
      ]),
    );
    // A second request changes nothing.
    expectStatus(200, await buyer.post(`/orders/${id}/cancel`, { body: {} }));
    expect(await chargesOf(admin, id)).toHaveLength(1);
  });

  it('an order that was not yet paid in cash makes no refund, because no money was taken', async () => {
    const { shop, admin } = open;
    const [buyer, drink] = await Promise.all([register(shop), listDrink(admin)]);
    const { id } = await buyer.buy(drink.variantId, 'cash');
    await buyer.waitForStatus(id, 'confirmed');
    expectStatus(200, await buyer.post(`/orders/${id}/cancel`, { body: {} }));
    await eventually(() => expectNothingKept(buyer, drink, id));
    expect((await buyer.get(`/orders/${id}`)).body.data).toMatchObject({ refunds: [], payment: { status: 'none' } });
  });

  it('is possible for the customer until preparation starts, for staff until handover, and then for nobody', async () => {
    const { shop, admin } = open;
    const [buyer, drink] = await Promise.all([register(shop), listDrink(admin)]);
    const buyAndAdvance = async (...steps: string[]) => {
      const { id } = await buyer.buy(drink.variantId, 'tok_ok');
      await buyer.waitForStatus(id, 'confirmed');
      for (const step of steps) expectStatus(200, await admin.post(`/admin/orders/${id}/${step}`));
      return id;
    };
    const cancel = (by: Person, path: string) => by.post(path, { body: { reason: 'x' } });
    const accepted = await buyAndAdvance('accept');
    expectStatus(200, await cancel(buyer, `/orders/${accepted}/cancel`));

    const preparing = await buyAndAdvance('accept', 'prepare');
    expect(await cancel(buyer, `/orders/${preparing}/cancel`)).toMatchObject({
      status: 409,
      body: { error: { code: 'CANNOT_CANCEL' } },
    });
    const byStaff = expectStatus(200, await cancel(admin, `/admin/orders/${preparing}/cancel`)).body.data;
    expect(byStaff).toMatchObject({ status: 'cancelled', cancellation: { code: 'STAFF' } });

    const completed = await buyAndAdvance('accept', 'prepare', 'ready', 'complete');
    for (const [by, path] of [
      [buyer, `/orders/${completed}/cancel`],
      [admin, `/admin/orders/${completed}/cancel`],
    ] as const)
      expect(await cancel(by, path)).toMatchObject({ status: 409, body: { error: { code: 'CANNOT_CANCEL' } } });
  });

  it.each(moments)('an order with $token after $milliseconds ms keeps no money, also 5 s later', async (moment) => {
    const checkAgain = await cancellations[moments.indexOf(moment)];
    await checkAgain();
  });
});
