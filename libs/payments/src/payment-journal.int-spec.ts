import { randomUUID } from 'node:crypto';
import { Databases } from '#database';
import { PaymentsModule } from '#modules/payments';
import { checkJournal, type BadLine } from '#messaging/journals';
import { MacKey } from '#platform/macs';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import { paymentJournal } from './model/payment-journal.store';
import { Payments } from './model/payments.store';
import { Refunds } from './model/refunds.store';

let shop: OpenContext;

beforeAll(async () => {
  shop = await openContext([PaymentsModule], ['payments', 'sandbox', 'privacy']);
  await check();
});
afterAll(() => shop.close());

const check = () => {
  const key = shop.app.get(MacKey, { strict: false });
  return checkJournal(shop.database.of('payments'), key, paymentJournal, { maySign: true });
};
const faultsOf = async (order: string): Promise<readonly BadLine[]> =>
  (await check()).findings.filter(({ about }) => about === order);
const change = (order: string, set: string) =>
  shop.database.admin(`update payments.payment_journal set ${set} where order_id = $1 and call = 'charge'`, [order]);

/** An order with three journal lines: two of a payment, written with and without a lock, and one of a refund. */
async function writeLines(): Promise<string> {
  const payments = shop.app.get(Payments, { strict: false });
  const refunds = shop.app.get(Refunds, { strict: false });
  const [id, order, refund] = [randomUUID(), randomUUID(), randomUUID()];
  await shop.database.admin(
    `insert into payments.payments (id, order_id, amount, method, provider, state, charge_id)
     values ($1, $2, 90000, 'card', 'sandbox', 'taken', $3)`,
    [id, order, randomUUID()],
  );
  const payment = (await payments.find(id))!;
  const unanswered = { ...payment, unanswered: 1 };
  await payments.write(unanswered, 'by-hand', { kind: 'unknown' });
  const answer = { kind: 'captured', chargeId: payment.chargeId! } as const;
  expect(await payments.settle(unanswered, { ...unanswered, unanswered: 0 }, 'charge', answer, [])).toBe(true);
  await refunds.add({ id: refund, orderId: order, amount: 1_000, reason: 'spilt' });
  const db = shop.app.get(Databases, { strict: false }).of('payments');
  const locked = (await db.transaction(() => refunds.lock(refund)))!;
  await refunds.write(locked, 500, { kind: 'unanswered' });
  return order;
}

describe('The journal of payments', () => {
  it('has no fault if nobody changed it', async () => {
    const order = await writeLines();
    const lines = await shop.database.admin(
      'select call, heard, state, mac is not null as marked from payments.payment_journal where order_id = $1 order by id',
      [order],
    );
    expect(lines).toEqual([
      { call: 'by-hand', heard: { kind: 'unknown' }, state: 'taken', marked: true },
      { call: 'charge', heard: { kind: 'captured', chargeId: expect.any(String) }, state: 'taken', marked: true },
      { call: 'refund', heard: { kind: 'unanswered' }, state: 'open', marked: true },
    ]);
    expect(await faultsOf(order)).toEqual([]);
    expect((await check()).before).toEqual({ lines: 0, through: null, signed: true });
  });

  it.each([
    `heard = heard || '{"chargeId": "another"}'`,
    `heard = heard || '{"more": null}'`,
    `state = 'declined'`,
    `at = at - interval '1 microsecond'`,
    `line = gen_random_uuid()`,
    `line = null`,
  ])('has a fault if somebody changed %s', async (set) => {
    const order = await writeLines();
    await change(order, set);
    expect(await faultsOf(order)).toEqual([
      {
        line: expect.any(String),
        about: order,
        message: 'its MAC is wrong: the line was changed, or another program wrote it',
      },
    ]);
  });

  it('has a fault if a line was moved to another order', async () => {
    const [one, other] = [await writeLines(), await writeLines()];
    await shop.database.admin(
      `update payments.payment_journal set order_id = case order_id when $1 then $2::uuid else $1 end
       where order_id in ($1, $2) and call = 'charge'`,
      [one, other],
    );
    expect(await faultsOf(one)).toHaveLength(1);
    expect(await faultsOf(other)).toHaveLength(1);
  });

  it('has a fault if a line was added by hand, or is there twice', async () => {
    const order = await writeLines();
    const payments = shop.database.of('payments');
    await payments.query(`insert into payment_journal (order_id, call, heard, state) values ($1, 'charge', '{}', 'taken')`, [order]); // prettier-ignore
    await payments.query(
      `insert into payment_journal (order_id, at, call, heard, state, mac, line)
       select order_id, at, call, heard, state, mac, line from payment_journal where order_id = $1 and call = 'refund'`,
      [order],
    );
    expect((await faultsOf(order)).map(({ message }) => message)).toEqual([
      'it has no MAC: this shop did not write it',
      'the same line is in the journal twice',
    ]);
  });

  it('cannot be changed by the context’s role', async () => {
    const order = await writeLines();
    await expect(
      shop.database.of('payments').query('update payment_journal set mac = null where order_id = $1', [order]),
    ).rejects.toThrow('permission denied');
  });
});
