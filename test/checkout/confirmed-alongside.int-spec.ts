import { connect } from '#database';
import { OrderConfirmed } from '#contracts/ordering';
import { CheckoutSaga } from '../../libs/ordering/src/checkout/checkout.saga';
import { react } from '../../libs/ordering/src/checkout/checkout';
import type { Checkout } from '../../libs/ordering/src/checkout/checkout-steps';
import { inboxMetadata } from '#messaging';
import { eventually } from '../support/eventually';
import { testDatabase } from '../support/test-database';
import { body, fillCart, openSmallShop, type SmallShop } from './small-shop';

let shop: SmallShop;
beforeAll(async () => void (shop = await openSmallShop(await testDatabase())), 60_000);
afterAll(() => shop?.clear());

const journalOf = (id: string) =>
  shop.database.admin<{ heard: string; asked: string[] }>(
    `select version, heard, asked, timers from ordering.process_journal where id = $1 and name = 'checkout' order by version`,
    [id],
  );
const STEPS = ['ordering.order-placed.v1', 'inventory.stock-reserved.v1', 'payments.payment-taken.v1', 'inventory.stock-committed.v1', 'ordering.order-confirmed.v1']; // prettier-ignore

const messagesAbout = async (id: string) =>
  (
    await shop.database.admin<{ message: string }>(
      `select handler || ' ' || type as message from ordering.inbox where key = $1 order by 1`,
      [id],
    )
  ).map(({ message }) => message);

const timelineOf = async (id: string) =>
  (
    await shop.database.admin<{ type: string }>(
      `select type from ordering.order_timeline where order_id = $1 and source in ('stock', 'payment') order by at`,
      [id],
    )
  ).map(({ type }) => type);

const placeOrder = async (token = 'tok_ok'): Promise<string> =>
  (await shop.order(fillCart(await shop.shelve(5)), body(token))).json().data.id;

const waitUntilConfirmed = (id: string) =>
  eventually(async () =>
    expect(
      await shop.database.admin(`select status, step from ordering.processes where id = $1 and name = 'checkout'`, [
        id,
      ]),
    ).toEqual([{ status: 'over', step: 'confirmed' }]),
  );

describe('The last steps of a checkout', () => {
  it('are written by the statement that confirms the order', async () => {
    const id = await placeOrder();
    await waitUntilConfirmed(id);
    const journal = await journalOf(id);
    expect(journal.map(({ heard }) => heard)).toEqual(STEPS);
    expect(journal.slice(-2).flatMap(({ asked }) => asked)).toEqual([]);
    expect(journal.at(-1)).toMatchObject({
      timers: [
        { name: 'waits', afterSeconds: null },
        { name: 'overdue', afterSeconds: null },
      ],
    });
    expect(await messagesAbout(id)).toEqual(STEPS.slice(0, -1).map((type) => `checkout ${type}`).sort()); // prettier-ignore
    expect(await timelineOf(id)).toEqual(STEPS.slice(1, 4));
    expect(await shop.database.admin('select name from ordering.timers where key = $1', [id])).toEqual([]);
  });

  it('record the id of the OrderConfirmed message that is sent', async () => {
    const id = await placeOrder();
    await waitUntilConfirmed(id);
    const [line] = (await shop.database.admin<{ message_id: string }>(
      `select message_id from ordering.process_journal where id = $1 and heard = $2`,
      [id, OrderConfirmed.type],
    )) as [{ message_id: string }];
    const sent = 'select type, body from ordering.outbox where id = $1';
    expect(await shop.database.admin(sent, [line.message_id])).toMatchObject([
      { type: OrderConfirmed.type, body: { orderId: id, knownToCheckout: true } },
    ]);
  });

  const expectConfirmedByMessage = async (id: string) => {
    await waitUntilConfirmed(id);
    const journal = await journalOf(id);
    expect(journal.slice(-2).map(({ heard }) => heard)).toEqual(STEPS.slice(-2));
    expect(journal.at(-2)!.asked).toEqual(['ordering.confirm-order.v1']);
    expect((await timelineOf(id)).slice(-2)).toEqual(STEPS.slice(2, 4));
  };

  it('are requested with a message if the order is locked at that moment', async () => {
    const blocker = await connect(shop.database.url, 'blocker');
    const id = await placeOrder('tok_slow');
    await blocker.query('begin');
    await blocker.query('select from ordering.order_heads where order_id = $1 for update', [id]);
    await eventually(async () => expect(await messagesAbout(id)).toContain('confirm-order ordering.confirm-order.v1'));
    await blocker.query('rollback');
    await blocker.end();
    await expectConfirmedByMessage(id);
  }, 30_000);

  it('are requested with a message if the checkout has changed at that moment', async () => {
    const blocker = await connect(shop.database.url, 'blocker');
    const id = await placeOrder('tok_slow');
    await eventually(async () => expect(await journalOf(id)).toHaveLength(2)); // the stock is reserved
    await blocker.query('begin');
    await blocker.query('select from inventory.stock for update');
    const change = `update ordering.processes set version = version + 5 where id = $1 and step = 'committing' returning id`;
    await eventually(async () => expect(await shop.database.admin(change, [id])).toEqual([{ id }]));
    await blocker.query('rollback');
    await blocker.end();
    await expectConfirmedByMessage(id);
  }, 30_000);
});

describe('OrderConfirmed', () => {
  const condition = inboxMetadata(CheckoutSaga)!.onlyIf![OrderConfirmed.type];
  const fulfils = async (message: OrderConfirmed) => {
    const [row] = await shop.database.admin<{ fulfils: boolean }>('select $1::jsonb @? $2::jsonpath as fulfils', [
      JSON.stringify(message.body),
      condition,
    ]);
    return row.fulfils;
  };
  const message = (known: object) => new OrderConfirmed({ orderId: 'o', version: 2, ...known } as never);

  it('is delivered to the checkout only if the checkout does not know about it yet', async () => {
    expect(await fulfils(message({}))).toBe(true);
    expect(await fulfils(message({ knownToCheckout: true }))).toBe(false);
  });

  it('changes nothing if the checkout already knows about it', () => {
    const state = { step: 'confirmed', orderId: 'o', method: 'card' } as unknown as Checkout;
    const { state: after, asks, timers } = react(state, message({ knownToCheckout: true }), 900);
    expect([after, asks, timers]).toEqual([state, [], []]);
  });
});
