import { randomUUID } from 'node:crypto';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { vnd } from '#kernel';
import { DropDeadLetter, ListDeadLetters, letterId } from '#messaging/dead-letters';
import { CancelOrder } from '../../libs/ordering/src/cancel-order/cancel-order.command';
import { RefundOrder } from '../../libs/ordering/src/refund-order/refund-order.command';
import { CompareSagas } from '../../libs/ordering/src/sagas/compare-sagas.command';
import { CompensateSaga } from '../../libs/ordering/src/sagas/intervene.command';
import { ViewSaga } from '../../libs/ordering/src/sagas/sagas.query';
import { testDatabase } from '../support/test-database';
import { body, fillCart, openSmallShop, waitUntil, type SmallShop } from './small-shop';

jest.setTimeout(60_000);

const staff = { kind: 'staff' as const, id: randomUUID() };
const manager = { kind: 'user', userId: randomUUID(), permissions: ['staff', 'refund'] } as never;
const byStaff = { actor: staff, by: 'the test', reason: 'a message was lost' };

let shop: SmallShop;
beforeAll(async () => {
  shop = await openSmallShop(await testDatabase());
  await shop.database.admin(`
    create table ordering.lost (handler text, type text, state text);
    create function ordering.lose() returns trigger language plpgsql security definer as $$
    declare found record;
    begin
      delete from ordering.lost where handler = new.handler and type = new.type returning * into found;
      if found.state = 'dead' then new.state := 'dead'; new.held := true; new.error := 'it always fails'; end if;
      if found.state = 'done' then new.state := 'done'; new.done_at := now(); end if;
      return new;
    end $$;
    create trigger lose before insert on ordering.inbox for each row execute function ordering.lose()`);
}, 60_000);
afterAll(() => shop?.clear());

/** The next message of this type to this handler is lost (`done`), or becomes a dead letter (`dead`). */
const lose = (handler: string, type: string, state: 'done' | 'dead' = 'done') =>
  shop.database.admin('insert into ordering.lost values ($1, $2, $3)', [handler, type, state]);

const waitUntilLost = () =>
  waitUntil(
    () => shop.database.admin('select 1 from ordering.lost'),
    (left) => left.length === 0,
  );

const execute: CommandBus['execute'] = (command: never) => shop.app.get(CommandBus).execute(command);
const query: QueryBus['execute'] = (asked: never) => shop.app.get(QueryBus).execute(asked);

interface Bought {
  readonly id: string;
  readonly token: string;
  readonly sku: string;
}

/** Orders two of three pieces, for 60,000 ₫. */
async function buyDrink(payment = body(), wait = 8): Promise<Bought> {
  const sku = await shop.shelve(3);
  const token = fillCart(sku, 2);
  const { id } = (await shop.order(token, payment, { wait })).json().data;
  return { id, token, sku };
}

const cancel = (id: string) => execute(new CancelOrder(id, staff, undefined));
const compare = (id: string) => execute(new CompareSagas(id, byStaff));

async function drop(id: string): Promise<void> {
  const [letter] = await waitUntil(
    () => query(new ListDeadLetters({ key: id }, 5)),
    (letters) => letters.length > 0,
  );
  const dropped = await execute(new DropDeadLetter(letterId(letter), 'the test', 'it always fails'));
  expect(dropped.sent).toEqual(['ordering.review-order.v1']);
}

const sagaOf = async (name: string, id: string) => {
  const { saga } = await query(new ViewSaga(`${name}:${id}`));
  return { status: saga.status, step: saga.step };
};

const waitForStep = (name: string, id: string, step: string) =>
  waitUntil(
    () => sagaOf(name, id).catch(() => ({ status: 'missing', step: 'missing' })),
    (saga) => saga.step === step,
  );

const chargesOf = (id: string) =>
  shop.database.admin('select state, refunded::int from sandbox.charges where order_id = $1', [id]);

/** Waits until the order is cancelled, the money is refunded, and the goods are in stock again. */
async function expectGivenBack({ id, token, sku }: Bought, charges?: readonly object[]): Promise<void> {
  const areRefunded = (all: readonly object[]) =>
    charges ? JSON.stringify(all) === JSON.stringify(charges) : !JSON.stringify(all).includes('captured');
  await waitUntil(
    async () => ({
      status: (await shop.viewOrder(id, token)).status,
      charges: await chargesOf(id),
      stock: await shop.stockOf(sku),
    }),
    (seen) =>
      seen.status === 'cancelled' && areRefunded(seen.charges) && seen.stock?.onHand === 3 && !seen.stock.reserved,
  );
}
const refunded = [{ state: 'refunded', refunded: 60_000 }];

describe('An order with a lost message', () => {
  it('about its refund gets the money back after a comparison', async () => {
    const order = await buyDrink();
    await lose('refunds', 'ordering.order-refund-requested.v1');
    await cancel(order.id);
    await waitUntilLost();
    await waitForStep('checkout', order.id, 'undone');
    expect(await sagaOf('refunds', order.id).catch(({ code }) => code)).toBe('NOT_FOUND');

    const compared = await compare(order.id);
    expect(compared).toMatchObject({ orderId: order.id, status: 'cancelled', deadLetters: [] });
    expect(compared.sagas).toMatchObject([
      { id: `checkout:${order.id}`, step: 'undone', becomes: 'undone', requests: [] },
      { step: 'waiting', becomes: 'paying-back', requests: ['payments.refund-payment.v1'] },
    ]);
    await waitForStep('refunds', order.id, 'refunded');
    await expectGivenBack(order, refunded);
    const { journal } = await query(new ViewSaga(`refunds:${order.id}`));
    expect(journal[0].note).toBe('compared with the order: asked again, by the test: a message was lost');
  });

  it('about its cancellation is not confirmed, because its checkout gets the cancellation again and gives everything back', async () => {
    await lose('checkout', 'ordering.order-cancellation-requested.v1');
    const order = await buyDrink(body('tok_slow'), 0);
    await cancel(order.id);
    await waitForStep('checkout', order.id, 'given-up');
    await expectGivenBack(order, refunded);
  });

  it('about its placing is closed after a comparison', async () => {
    await lose('checkout', 'ordering.order-placed.v1');
    const order = await buyDrink(body(), 0);
    await waitUntilLost();
    expect((await compare(order.id)).sagas).toMatchObject([
      { step: 'waiting', becomes: 'closing', requests: ['ordering.close-order.v1'] },
    ]);
    await expectGivenBack(order, []);
    expect(await sagaOf('checkout', order.id)).toEqual({ status: 'over', step: 'given-up' });
  });

  it('about its placing can be compensated after its cancellation was requested', async () => {
    await lose('checkout', 'ordering.order-placed.v1');
    const order = await buyDrink(body(), 0);
    await cancel(order.id);
    await waitForStep('checkout', order.id, 'waiting');
    await execute(new CompensateSaga(order.id, byStaff));
    await expectGivenBack(order, []);
  });

  it('about its end puts the goods back after a comparison', async () => {
    const order = await buyDrink();
    await lose('checkout', 'ordering.order-cancelled.v1');
    await cancel(order.id);
    await waitForStep('refunds', order.id, 'refunded');
    await waitUntilLost();
    expect(await sagaOf('checkout', order.id)).toMatchObject({ step: 'confirmed' });
    await compare(`refunds:${order.id}`);
    await waitForStep('checkout', order.id, 'undone');
    await expectGivenBack(order, refunded);
  });

  it('is not changed by comparisons if its sagas agree with it', async () => {
    const order = await buyDrink();
    await execute(new RefundOrder(order.id, manager, { reason: 'cold', amount: vnd(10_000) }, randomUUID()));
    await waitForStep('refunds', order.id, 'refunded');
    for (let times = 0; times < 3; times++)
      expect((await compare(order.id)).sagas.flatMap(({ requests }) => requests)).toEqual([]);
    await waitUntil(
      async () => (await query(new ViewSaga(order.id))).journal.filter(({ note }) => note.includes('compared')).length,
      (lines) => lines === 3,
    );
    expect(await chargesOf(order.id)).toEqual([{ state: 'captured', refunded: 10_000 }]);
    await expect(compare(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('A dead letter that is dropped', () => {
  it.each(['ordering.order-refund-requested.v1', 'ordering.order-refunded.v1'])(
    'about a refund (%s) does not prevent the refund',
    async (type) => {
      const order = await buyDrink();
      await lose('refunds', type, 'dead');
      await cancel(order.id);
      await drop(order.id);
      await waitForStep('refunds', order.id, 'refunded');
      await expectGivenBack(order, refunded);
    },
  );

  it('about a cancellation lets the checkout give everything back', async () => {
    await lose('checkout', 'ordering.order-cancellation-requested.v1', 'dead');
    const order = await buyDrink(body('tok_slow'), 0);
    await cancel(order.id);
    await drop(order.id);
    await expectGivenBack(order);
    expect(await sagaOf('checkout', order.id)).toEqual({ status: 'over', step: 'given-up' });
  });

  it.each([false, true])('about a placed order closes the order (cancelled before: %s)', async (cancelled) => {
    await lose('checkout', 'ordering.order-placed.v1', 'dead');
    const order = await buyDrink(body(), 0);
    if (cancelled) await cancel(order.id);
    await drop(order.id);
    await expectGivenBack(order, []);
  });

  it('about a closed order ends its checkout', async () => {
    await lose('checkout', 'ordering.order-cancelled.v1', 'dead');
    const order = await buyDrink(body('tok_slow'), 0);
    await cancel(order.id);
    await drop(order.id);
    await waitForStep('checkout', order.id, 'given-up');
    await expectGivenBack(order);
  });
});
