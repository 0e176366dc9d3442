import { randomUUID } from 'node:crypto';
import { RefundPayment } from '#contracts/payments';
import { PaymentsModule } from '#modules/payments';
import { eventually } from '../../../../test/support/eventually';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import type { PaymentProvider } from '../model/payment-provider';
import { Providers } from '../settle-payment/providers';

let shop: OpenContext;
let provider: PaymentProvider;

beforeAll(async () => {
  shop = await openContext([PaymentsModule], ['payments', 'sandbox', 'privacy']);
  provider = shop.app.get(Providers, { strict: false }).find('sandbox')!;
}, 60_000);
afterAll(() => shop?.close());
afterEach(() => jest.restoreAllMocks());

/** A payment in this state, as in a restored database. Its next call is not due soon. */
async function paymentIn(state: string): Promise<string> {
  const orderId = randomUUID();
  await shop.database.admin(
    `insert into payments.payments (id, order_id, amount, method, provider, state, asked, next, next_at)
     values (gen_random_uuid(), $1, 90000, 'card', 'sandbox', $2, true, 'find', now() + interval '1 hour')`,
    [orderId, state],
  );
  return orderId;
}

const askForRefund = (orderId: string) =>
  shop.database.admin(
    `insert into payments.inbox (message_id, handler, lane, key, type, body, meta)
     values (gen_random_uuid(), 'refund-payment', 'payment', $1::text, $2, jsonb_build_object('orderId', $1::text,
       'refundId', gen_random_uuid(), 'amount', jsonb_build_object('amount', 5000, 'currency', 'VND'), 'reason', 'cold'),
       '{"correlationId": "x", "occurredAt": "2026-11-30T03:04:05Z"}')`,
    [orderId, RefundPayment.type],
  );

const sentMessages = async (orderId: string) =>
  (
    await shop.database.admin<{ type: string }>(
      `select type from payments.outbox where body->>'orderId' = $1 order by seq`,
      [orderId],
    )
  ).map(({ type }) => type);

describe('A refund', () => {
  it('waits while the payment is open, and is made when the payment is known to be taken', async () => {
    const refund = jest.spyOn(provider, 'refund').mockResolvedValue({ kind: 'refunded' });
    const orderId = await paymentIn('open');
    await askForRefund(orderId);
    await eventually(async () => {
      const sql = `select attempts from payments.inbox where key = $1 and state = 'waiting' and attempts > 0`;
      expect(await shop.database.admin(sql, [orderId])).toHaveLength(1);
    });
    expect(await sentMessages(orderId)).toEqual([]);
    await shop.database.admin(
      `update payments.payments set state = 'taken', next = null, next_at = null where order_id = $1`,
      [orderId],
    );
    await eventually(async () => expect(await sentMessages(orderId)).toEqual(['payments.payment-refunded.v1']), 15_000);
    expect(refund).toHaveBeenCalledTimes(1);
  });

  it('of a payment that is declined here depends on the provider’s books', async () => {
    const refund = jest.spyOn(provider, 'refund').mockResolvedValue({ kind: 'refused', reason: 'there is no charge' });
    const orderId = await paymentIn('declined');
    await askForRefund(orderId);
    await eventually(async () => expect(await sentMessages(orderId)).toEqual(['payments.refund-refused.v1']), 15_000);
    expect(refund).toHaveBeenCalledTimes(1);
  });

  it('of an order without a payment is refused', async () => {
    const refund = jest.spyOn(provider, 'refund');
    const orderId = randomUUID();
    await askForRefund(orderId);
    await eventually(async () => expect(await sentMessages(orderId)).toEqual(['payments.refund-refused.v1']));
    expect(refund).not.toHaveBeenCalled();
  });
});
