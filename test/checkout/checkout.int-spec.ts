import { randomBytes, randomUUID } from 'node:crypto';
import { CommandBus } from '@nestjs/cqrs';
import { vnd } from '#kernel';
import { AdvanceOrder } from '../../libs/ordering/src/advance-order/advance-order.command';
import { CancelOrder } from '../../libs/ordering/src/cancel-order/cancel-order.command';
import { RefundOrder } from '../../libs/ordering/src/refund-order/refund-order.command';
import { testDatabase } from '../support/test-database';
import { body, fillCart, openSmallShop, waitUntil, type SmallShop } from './small-shop';

const staff = { kind: 'staff' as const, id: randomUUID() };
const manager = { kind: 'user', userId: randomUUID(), permissions: ['staff'] } as never;

let shop: SmallShop;
beforeAll(async () => void (shop = await openSmallShop(await testDatabase())), 60_000);
afterAll(() => shop?.clear());

describe('Ordering a cart', () => {
  it('is answered with a pending order, which is confirmed soon after', async () => {
    const sku = await shop.shelve(5);
    const token = fillCart(sku, 2);
    const placed = await shop.order(token);
    expect(placed.statusCode).toBe(201);
    expect(placed.json().data).toMatchObject({
      status: 'pending',
      version: 1,
      total: { amount: 60_000, currency: 'VND' },
      contact: { name: 'An', phone: '0901234567', email: 'an@example.com' },
    });
    const { id } = placed.json().data;
    await waitUntil(
      () => shop.viewOrder(id, token),
      ({ status }) => status === 'confirmed',
    );
    expect(await shop.stockOf(sku)).toEqual({ onHand: 3, reserved: 0 });
  });

  it('waits for the outcome if the request asks to wait', async () => {
    const good = await shop.order(fillCart(await shop.shelve(5)), body(), { wait: 8 });
    expect(good.json().data).toMatchObject({ status: 'confirmed', payment: { status: 'paid' } });
    const declined = await shop.order(fillCart(await shop.shelve(5)), body('tok_declined'), { wait: 8 });
    expect(declined.json().data).toMatchObject({ status: 'cancelled', cancellation: { code: 'PAYMENT_DECLINED' } });
    const short = await shop.order(fillCart(await shop.shelve(0)), body(), { wait: 8 });
    expect(short.json().data).toMatchObject({ status: 'cancelled', cancellation: { code: 'OUT_OF_STOCK' } });
  });

  it('50 times at once with one key makes one order and gives 50 equal answers', async () => {
    const sku = await shop.shelve(500);
    const [token, key] = [fillCart(sku), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.order(token, body(), { key })));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    expect(new Set(answers.map((one) => one.body)).size).toBe(1);
    expect(answers.filter((one) => one.headers['idempotent-replayed'] === 'true')).toHaveLength(49);
    const later = await shop.order(token, body(), { key });
    expect(later.json().data).toEqual(answers[0].json().data);
    expect(later.headers['idempotent-replayed']).toBe('true');
    const other = await shop.order(token, body('tok_slow'), { key });
    expect([other.statusCode, other.json().error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is refused if the cart was ordered, is empty or does not exist, and if a guest gives no contact', async () => {
    const token = fillCart(await shop.shelve(5));
    await shop.order(token);
    expect((await shop.order(token)).json().error.code).toBe('CART_ALREADY_ORDERED');
    expect((await shop.order(randomBytes(48).toString('base64url'))).json().error.code).toBe('CART_EMPTY');
    const nobody = await shop.order(token, { ...body(), contact: undefined });
    expect(nobody.statusCode).toBe(400);
    expect(nobody.json().error.details.map(({ field }: { field: string }) => field)).toEqual([
      'contact.name',
      'contact.phone',
    ]);
    expect((await shop.send('/orders', token, body())).json().error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
  });

  it('by 20 buyers, while 5 pieces are in stock, gives 5 confirmed orders and 15 orders cancelled with a reason', async () => {
    const sku = await shop.shelve(5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => shop.order(fillCart(sku), body(), { wait: 10 })),
    );
    const ends = answers.map((one) => one.json().data.cancellation?.code ?? one.json().data.status);
    expect(ends.filter((end) => end === 'confirmed')).toHaveLength(5);
    expect(ends.filter((end) => end === 'OUT_OF_STOCK')).toHaveLength(15);
    expect(await shop.stockOf(sku)).toEqual({ onHand: 0, reserved: 0 });
  }, 20_000);

  it('gets a result, even if it is unknown at first whether the money was taken', async () => {
    for (const token of ['tok_timeout_charged', 'tok_flaky', 'tok_timeout_not_charged']) {
      const cart = fillCart(await shop.shelve(5));
      const { id } = (await shop.order(cart, body(token))).json().data;
      const ended = await waitUntil(
        () => shop.viewOrder(id, cart),
        ({ status }) => status !== 'pending',
      );
      const books = await shop.database.admin<{ state: string }>(
        `select state from sandbox.charges where order_id = $1`,
        [id],
      );
      const captured = books.filter(({ state }) => state === 'captured').length;
      expect([token, ended.status, captured]).toEqual([token, ended.status, ended.status === 'confirmed' ? 1 : 0]);
    }
  }, 40_000);
});

describe('A cancellation by the customer', () => {
  it('during the checkout undoes the checkout, and gives money and goods back', async () => {
    const sku = await shop.shelve(5);
    const token = fillCart(sku);
    const { id } = (await shop.order(token, body('tok_slow'))).json().data;
    const requested = await shop.cancel(id, token, { reason: 'by mistake' });
    expect([requested.statusCode, requested.json().data.cancellationRequested]).toEqual([202, true]);
    const ended = await waitUntil(
      () => shop.viewOrder(id, token),
      ({ status }) => status !== 'pending',
    );
    expect(ended).toMatchObject({ status: 'cancelled', cancellation: { code: 'CUSTOMER', reason: 'by mistake' } });
    await waitUntil(
      () => shop.stockOf(sku),
      (stock) => stock?.onHand === 5 && stock.reserved === 0,
    );
  }, 20_000);

  it('after the confirmation gives money and goods back', async () => {
    const sku = await shop.shelve(5);
    const token = fillCart(sku);
    const { id } = (await shop.order(token, body(), { wait: 8 })).json().data;
    expect((await shop.cancel(id, fillCart(sku), {})).statusCode).toBe(404);
    expect((await shop.cancel(id, randomBytes(48).toString('base64url'), {})).statusCode).toBe(401);
    const cancelled = await shop.cancel(id, token, {});
    expect([cancelled.statusCode, cancelled.json().data.status]).toEqual([200, 'cancelled']);
    const refunded = await waitUntil(
      () => shop.viewOrder(id, token),
      ({ payment }) => payment.status === 'refunded',
    );
    expect(refunded).toMatchObject({
      status: 'cancelled',
      refunds: [{ amount: { amount: 30_000 }, state: 'refunded' }],
    });
    await waitUntil(
      () => shop.stockOf(sku),
      (stock) => stock?.onHand === 5 && stock.reserved === 0,
    );
  }, 20_000);

  it('is refused after preparation has started', async () => {
    const token = fillCart(await shop.shelve(5));
    const { id } = (await shop.order(token, body('', 'cash'), { wait: 8 })).json().data;
    const bus = shop.app.get(CommandBus);
    for (const step of ['accept', 'prepare'] as const) await bus.execute(new AdvanceOrder(id, step, staff));
    expect((await shop.cancel(id, token, {})).json().error.code).toBe('CANNOT_CANCEL');
    expect(await bus.execute(new CancelOrder(id, staff, undefined))).toMatchObject({ order: { status: 'cancelled' } });
  });
});

describe('The steps of staff', () => {
  it('move an order forward only once if several baristas make the same step at once', async () => {
    const { id } = (await shop.order(fillCart(await shop.shelve(5)), body(), { wait: 8 })).json().data;
    const bus = shop.app.get(CommandBus);
    const views = await Promise.all([1, 2, 3].map(() => bus.execute(new AdvanceOrder(id, 'accept', staff))));
    expect(views.map(({ version, order: { status } }) => [version, status])).toEqual(Array(3).fill([3, 'accepted']));
  });

  it('include partial refunds, which give back at most what was paid, once for each key', async () => {
    const token = fillCart(await shop.shelve(5));
    const { id } = (await shop.order(token, body(), { wait: 8 })).json().data;
    const bus = shop.app.get(CommandBus);
    const refund = (amount: number | undefined, key: string) =>
      bus.execute(
        new RefundOrder(id, manager, { reason: 'cold', ...(amount !== undefined && { amount: vnd(amount) }) }, key),
      );
    const [a, again] = await Promise.all([refund(10_000, 'a'), refund(10_000, 'a')]);
    expect([a.replayed, again.replayed, again.view]).toEqual([false, true, a.view]);
    await expect(refund(20_001, 'b')).rejects.toMatchObject({ code: 'REFUND_TOO_LARGE' });
    await expect(refund(5_000, 'a')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await refund(undefined, 'c');
    const ended = await waitUntil(
      () => shop.viewOrder(id, token),
      ({ status }) => status === 'refunded',
    );
    expect(ended.payment).toMatchObject({ paid: { amount: 30_000 }, refunded: { amount: 30_000 } });
  }, 20_000);
});
