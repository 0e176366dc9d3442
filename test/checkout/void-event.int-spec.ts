import { randomUUID } from 'node:crypto';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { publicKeysIn, TrustedKeys, type StreamProof } from '#event-store';
import { vnd, type Uuid } from '#kernel';
import { AdvanceOrder } from '../../libs/ordering/src/advance-order/advance-order.command';
import { CancelOrder } from '../../libs/ordering/src/cancel-order/cancel-order.command';
import { ViewSaga } from '../../libs/ordering/src/sagas/sagas.query';
import { RetrySaga } from '../../libs/ordering/src/sagas/intervene.command';
import { OrderAccounts } from '../../libs/ordering/src/erase-person/order-accounts.store';
import { RefundOrder } from '../../libs/ordering/src/refund-order/refund-order.command';
import { MendHead } from '../../libs/ordering/src/void-event/mend-head.command';
import { checkOrderEvidence } from '../../libs/ordering/src/evidence/order-evidence.config';
import { OrderEvidence } from '../../libs/ordering/src/evidence/order-evidence.query';
import { VoidEvent } from '../../libs/ordering/src/void-event/void-event.command';
import { testDatabase } from '../support/test-database';
import { body, fillCart, openSmallShop, waitUntil, type SmallShop } from './small-shop';

jest.setTimeout(60_000);

const staff = { kind: 'staff' as const, id: randomUUID() };
const manager = { kind: 'user', userId: randomUUID(), permissions: ['staff', 'refund'] } as never;
const byStaff = { actor: staff, by: 'the test', reason: null };

let shop: SmallShop;
beforeAll(async () => void (shop = await openSmallShop(await testDatabase())), 60_000);
afterAll(() => shop?.clear());

const execute: CommandBus['execute'] = (command: never) => shop.app.get(CommandBus).execute(command);

interface Bought {
  readonly id: string;
  readonly token: string;
  readonly sku: string;
}

/** Orders two pieces, for 60,000 ₫. */
async function buyDrink(payment = body(), onHand = 3): Promise<Bought> {
  const sku = await shop.shelve(onHand);
  const token = fillCart(sku, 2);
  const { id } = (await shop.order(token, payment, { wait: 8 })).json().data;
  return { id, token, sku };
}

const waitForStatus = ({ id, token }: Bought, status: string) =>
  waitUntil(
    () => shop.viewOrder(id, token),
    (order) => order.status === status,
  );

async function eventsOf(id: string) {
  const sql = 'select event_type as type from ordering.order_events where order_id = $1 order by version';
  return (await shop.database.admin<{ type: string }>(sql, [id])).map(({ type }) => type);
}

const waitForEvents = (id: string, ...types: string[]) =>
  waitUntil(
    () => eventsOf(id),
    (events) => JSON.stringify(events.slice(-types.length)) === JSON.stringify(types),
  );

/** The money that the provider took and gave back for the order. */
const chargesOf = (id: string) =>
  shop.database.admin('select state, amount::int, refunded::int from sandbox.charges where order_id = $1', [id]);

/** The payment of the order in the tables of `payments`. */
const paymentOf = async (id: string) =>
  (await shop.database.admin('select state, refunded::int from payments.payments where order_id = $1', [id]))[0];

async function sagaOf(name: 'checkout' | 'refunds', id: string) {
  const { saga } = await shop.app.get(QueryBus).execute(new ViewSaga(`${name}:${id}`));
  return { status: saga.status, step: saga.step };
}

const waitForStep = (name: 'checkout' | 'refunds', id: string, step: string) =>
  waitUntil(
    () => sagaOf(name, id),
    (saga) => saga.step === step,
  );

/**
 * Destroys the data of the last event of a type. Only the owner of the database can do this. Returns the version of the
 * event.
 */
async function damage(id: string, type: string): Promise<number> {
  const versions = await shop.database.admin<{ version: number }>(
    'select version from ordering.order_events where order_id = $1 and event_type = $2 order by version desc limit 1',
    [id, type],
  );
  const { version } = versions[0];
  await shop.database.admin(`
    begin;
    alter table ordering.order_events disable trigger all;
    update ordering.order_events set event_data = 'null' where order_id = '${id}' and version = ${version};
    alter table ordering.order_events enable trigger order_events_append_only;
    commit`);
  return version;
}

/**
 * Writes a customer into the first event of a guest's order, or removes the customer. The changed event counts as
 * broken.
 */
const setCustomer = (customerId: Uuid | null, id: string) =>
  shop.database.admin(`
    begin;
    alter table ordering.order_events disable trigger all;
    update ordering.order_events set event_data = jsonb_set(event_data, '{customerId}', '${JSON.stringify(customerId)}')
     where order_id = '${id}' and version = 1;
    alter table ordering.order_events enable trigger order_events_append_only;
    commit`);

const declareVoid = (id: string, version: number) => execute(new VoidEvent(id, version, 'a faulty import', staff));

const damageAndVoid = async (id: string, type: string) => (await declareVoid(id, await damage(id, type))).leaves;

const retry = (name: string, id: string) => execute(new RetrySaga(`${name}:${id}`, byStaff));
const cancel = (id: string) => execute(new CancelOrder(id, staff, 'nobody waits for it'));
const refund = (id: string, amount?: number) =>
  execute(new RefundOrder(id, manager, { reason: 'cold', ...(amount && { amount: vnd(amount) }) }, randomUUID()));

/** Waits until the inboxes have no waiting messages. Then repeated requests have their answers too. */
const waitForEmptyInboxes = () =>
  waitUntil(
    () =>
      shop.database.admin<{ waiting: number }>(
        `select (select count(*) from ordering.inbox where state = 'waiting')::int
              + (select count(*) from payments.inbox where state = 'waiting')::int
              + (select count(*) from inventory.inbox where state = 'waiting')::int as waiting`,
      ),
    ([{ waiting }]) => waiting === 0,
  );

describe('An order whose confirmation is void', () => {
  it('is pending again and can be cancelled, and then money and goods go back once', async () => {
    const order = await buyDrink();
    const { id, sku } = order;
    await execute(new AdvanceOrder(id, 'accept', staff));
    const leaves = await damageAndVoid(id, 'OrderConfirmed');
    expect(leaves).toEqual({ status: 'pending', toDo: [expect.stringContaining(`Retry the saga checkout:${id}`)] });
    await waitForStep('checkout', id, 'reopened');
    expect(await sagaOf('checkout', id)).toMatchObject({ status: 'needs-attention' });

    await cancel(id);
    await waitForStatus(order, 'cancelled');
    await waitForEmptyInboxes();
    expect(await chargesOf(id)).toEqual([{ state: 'refunded', amount: 60_000, refunded: 60_000 }]);
    expect(await paymentOf(id)).toEqual({ state: 'voided', refunded: 60_000 });
    expect(await shop.stockOf(sku)).toEqual({ onHand: 3, reserved: 0 });
    expect(await eventsOf(id)).toEqual([
      ...['OrderPlaced', 'OrderConfirmed', 'OrderAccepted', 'EventVoided'],
      ...['CancellationRequested', 'PaymentReversed', 'OrderCancelled'],
    ]);
    expect(await sagaOf('checkout', id)).toEqual({ status: 'over', step: 'given-up' });
  });

  it('is confirmed again with the payment that was taken, and its refunds are recorded again', async () => {
    const order = await buyDrink();
    const { id, sku } = order;
    await refund(id, 10_000);
    await waitForEvents(id, 'RefundRequested', 'OrderRefunded');
    await waitForStep('refunds', id, 'refunded');
    await damageAndVoid(id, 'OrderConfirmed');
    await waitForStep('checkout', id, 'reopened');

    await retry('checkout', id);
    await waitForEvents(id, 'OrderConfirmed', 'RefundRequested', 'OrderRefunded');
    await waitForEmptyInboxes();
    expect(await shop.viewOrder(id, order.token)).toMatchObject({
      status: 'confirmed',
      payment: { paid: vnd(60_000), refunded: vnd(10_000) },
    });
    expect(await chargesOf(id)).toEqual([{ state: 'captured', amount: 60_000, refunded: 10_000 }]);
    expect(await shop.stockOf(sku)).toEqual({ onHand: 1, reserved: 0 });
    expect(await sagaOf('checkout', id)).toEqual({ status: 'over', step: 'confirmed' });
    await execute(new AdvanceOrder(id, 'accept', staff));
    await cancel(id);
    await waitUntil(
      () => chargesOf(id),
      (charges) =>
        JSON.stringify(charges) === JSON.stringify([{ state: 'refunded', amount: 60_000, refunded: 60_000 }]),
    );
  });

  it('gives all money back if it was cancelled after the confirmation', async () => {
    const order = await buyDrink();
    const { id, sku } = order;
    await cancel(id);
    await waitForEvents(id, 'OrderRefunded');
    await waitForStep('checkout', id, 'undone');
    const { status } = await damageAndVoid(id, 'OrderConfirmed');
    expect(status).toBe('cancelled');
    await waitForEvents(id, 'EventVoided', 'PaymentReversed');
    await waitForEmptyInboxes();
    expect(await chargesOf(id)).toEqual([{ state: 'refunded', amount: 60_000, refunded: 60_000 }]);
    expect(await shop.stockOf(sku)).toEqual({ onHand: 3, reserved: 0 });
    expect(await shop.viewOrder(id, order.token)).toMatchObject({
      payment: { paid: vnd(60_000), refunded: vnd(60_000) },
    });
  });
});

describe('An order whose cancellation is void', () => {
  it('is closed again automatically if its checkout had failed', async () => {
    const order = await buyDrink(body(), 1);
    const { id, sku } = order;
    await waitForStatus(order, 'cancelled');
    await waitForStep('checkout', id, 'given-up');
    expect(await damageAndVoid(id, 'OrderCancelled')).toMatchObject({ status: 'pending' });
    await waitForEvents(id, 'OrderCancelled', 'EventVoided', 'OrderCancelled');
    await waitForStep('checkout', id, 'given-up');
    expect(await shop.stockOf(sku)).toEqual({ onHand: 1, reserved: 0 });
  });

  it('is cancelled again if it had been confirmed and paid in cash', async () => {
    const order = await buyDrink(body('', 'cash'));
    const { id, sku } = order;
    await cancel(id);
    await waitForStep('checkout', id, 'undone');
    const { status, toDo } = await damageAndVoid(id, 'OrderCancelled');
    expect([status, toDo]).toEqual(['confirmed', [expect.stringContaining('Cancel it again')]]);
    await waitForStep('checkout', id, 'reopened');
    await cancel(id);
    await waitForStep('checkout', id, 'undone');
    expect(await shop.viewOrder(id, order.token)).toMatchObject({ status: 'cancelled' });
    expect(await shop.stockOf(sku)).toEqual({ onHand: 3, reserved: 0 });
  });
});

describe('An order whose completion is void', () => {
  it('counts as possibly open again, so it can prevent the erasure of its customer', async () => {
    const { id } = await buyDrink();
    const customerId = randomUUID() as Uuid;
    const maybeOpen = () => shop.app.get(OrderAccounts, { strict: false }).findMaybeOpen(customerId);
    for (const step of ['accept', 'prepare', 'ready', 'complete'] as const)
      await execute(new AdvanceOrder(id, step, staff));
    await setCustomer(customerId, id);
    expect(await maybeOpen()).toEqual([]);
    await setCustomer(null, id);
    expect(await damageAndVoid(id, 'OrderCompleted')).toMatchObject({ status: 'ready' });
    await setCustomer(customerId, id);
    expect(await maybeOpen()).toEqual([id]);
  });
});

describe('A refund', () => {
  const given = { status: 'confirmed', payment: { paid: vnd(60_000), refunded: vnd(10_000) } };
  const charged = [{ state: 'captured', amount: 60_000, refunded: 10_000 }];

  async function buyAndRefund(): Promise<Bought> {
    const order = await buyDrink();
    await refund(order.id, 10_000);
    await waitForEvents(order.id, 'RefundRequested', 'OrderRefunded');
    await waitForStep('refunds', order.id, 'refunded');
    return order;
  }

  it('whose end is void is recorded again, and a retry does not refund it twice', async () => {
    const { id, token } = await buyAndRefund();
    expect((await damageAndVoid(id, 'OrderRefunded')).toDo).toEqual([
      expect.stringContaining('No money is given twice'),
    ]);
    await waitForEvents(id, 'EventVoided', 'OrderRefunded');
    await waitForStep('refunds', id, 'refunded');
    expect(await shop.viewOrder(id, token)).toMatchObject(given);
    await expect(retry('refunds', id)).rejects.toMatchObject({ code: 'NOTHING_OWED' });
    await waitForEmptyInboxes();
    expect(await chargesOf(id)).toEqual(charged);
    expect(await paymentOf(id)).toEqual({ state: 'taken', refunded: 10_000 });
  });

  it('whose request is void is requested and recorded again', async () => {
    const { id, token } = await buyAndRefund();
    await damageAndVoid(id, 'RefundRequested');
    await waitForEvents(id, 'EventVoided', 'RefundRequested', 'OrderRefunded');
    await waitForEmptyInboxes();
    expect(await shop.viewOrder(id, token)).toMatchObject(given);
    expect(await chargesOf(id)).toEqual(charged);
    await refund(id);
    await waitForEvents(id, 'RefundRequested', 'OrderRefunded');
    expect(await chargesOf(id)).toEqual([{ state: 'refunded', amount: 60_000, refunded: 60_000 }]);
  });

  it('with two broken events waits until both are void', async () => {
    const { id, token } = await buyAndRefund();
    const endVersion = await damage(id, 'OrderRefunded');
    const requestVersion = await damage(id, 'RefundRequested');
    const first = await declareVoid(id, requestVersion);
    expect(first.leaves).toEqual({ status: null, toDo: [expect.stringContaining(`Event ${endVersion}`)] });
    await declareVoid(id, endVersion);
    await waitForEvents(id, 'EventVoided', 'RefundRequested', 'OrderRefunded');
    await waitForEmptyInboxes();
    expect(await shop.viewOrder(id, token)).toMatchObject(given);
    expect(await chargesOf(id)).toEqual(charged);
  });
});

describe('An order that somebody has changed with the shop’s database role', () => {
  const asShop = (sql: string, id: string) => shop.database.of('ordering').query(sql, [id]);

  it('accepts commands again after the inserted event is declared void', async () => {
    const order = await buyDrink();
    const { id } = order;
    await asShop(
      `insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
       select gen_random_uuid(), $1, max(version) + 1, 'OrderAccepted', 1, '{}', '{}', now() from order_events where order_id = $1`,
      id,
    );
    await expect(execute(new AdvanceOrder(id, 'accept', staff))).rejects.toMatchObject({ code: 'EVENT_BROKEN' });
    const declared = await declareVoid(id, 3);
    expect(declared).toMatchObject({ version: 4, leaves: { status: 'confirmed', toDo: [] } });
    expect(declared.data).toMatchObject({
      version: 3,
      reason:
        'a faulty import (The stored version of the order was 2, but its last event has version 3. This was corrected.)',
    });
    await execute(new AdvanceOrder(id, 'accept', staff));
    await cancel(id);
    await waitForStatus(order, 'cancelled');
  });

  it('has evidence, even if the void event can never have a position', async () => {
    const { id } = await buyDrink();
    await asShop(
      `with forged as (
         insert into order_events (id, order_id, version, event_type, schema_version, event_data, metadata, "timestamp")
         select gen_random_uuid(), $1, max(version) + 1, 'OrderAccepted', 1, '{}', '{}', now() from order_events where order_id = $1
         returning id),
       head as (update order_heads set version = version + 1 where order_id = $1)
       insert into order_pending (event_id) select id from forged`,
      id,
    );
    await waitUntil(
      () => shop.database.admin('select from ordering.order_unnumbered where order_id = $1', [id]),
      (rows) => rows.length === 1,
    );
    await declareVoid(id, 3);
    await execute(new AdvanceOrder(id, 'accept', staff));
    // On a busy machine, the query can stop waiting before the newest event has its position. So the query is repeated.
    const text = await waitUntil(
      () => shop.app.get(QueryBus).execute(new OrderEvidence(id)).catch(() => ''), // prettier-ignore
      (found) => found !== '',
    );
    const { keys } = JSON.parse(text) as StreamProof;
    const trusted = new TrustedKeys(publicKeysIn(keys.map(({ publicKey }) => publicKey).join(' ')));
    const checked = checkOrderEvidence(text, trusted);
    expect('events' in checked && checked.events.map(({ version }) => version)).toEqual([1, 2, 4, 5]);
  });

  it('accepts commands again after its version is corrected', async () => {
    const { id } = await buyDrink();
    await expect(execute(new MendHead(id))).rejects.toMatchObject({ code: 'HEAD_NOT_BROKEN' });
    await asShop('update order_heads set version = version + 1 where order_id = $1', id);
    await expect(execute(new AdvanceOrder(id, 'accept', staff))).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await execute(new MendHead(id))).toEqual({ orderId: id, head: 3, last: 2 });
    await execute(new AdvanceOrder(id, 'accept', staff));
    await expect(execute(new MendHead(randomUUID()))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
