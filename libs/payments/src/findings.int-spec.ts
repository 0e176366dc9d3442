import { randomUUID } from 'node:crypto';
import { Databases } from '#database';
import { PaymentsModule } from '#modules/payments';
import { eventually } from '../../../test/support/eventually';
import { openContext, type OpenContext } from '../../../test/support/open-context';
import type { PaymentProvider } from './model/payment-provider';
import { Payments } from './model/payments.store';
import { settleRefundByHand, type RefundAnswer } from './model/refund';
import { Refunds } from './model/refunds.store';
import { Providers } from './settle-payment/providers';

let shop: OpenContext;
let token: string;
let provider: PaymentProvider;

beforeAll(async () => {
  shop = await openContext([PaymentsModule], ['payments', 'sandbox', 'privacy']);
  token = await shop.token('admin', { userId: staff });
  provider = shop.app.get(Providers, { strict: false }).find('sandbox')!;
});
afterAll(() => shop.close());
afterEach(() => jest.restoreAllMocks());

const staff = randomUUID();

async function insertFinding(
  kind: string,
  state: string,
  more: { payment?: string; order?: string } = {},
): Promise<string> {
  const sql = `insert into payments.payment_findings (kind, provider, charge_id, payment_key, payment_id, order_id, amount, currency, state)
     values ($1, 'sandbox', $2, 'key', $3, $4, 90000, 'VND', $5) returning id`;
  const values = [kind, randomUUID(), more.payment ?? null, more.order ?? null, state];
  return (await shop.database.admin<{ id: string }>(sql, values))[0].id;
}

async function insertPayment(
  state: string,
  next: string | null,
  charge: string | null,
): Promise<{ id: string; order: string }> {
  const [id, order] = [randomUUID(), randomUUID()];
  await shop.database.admin(
    `insert into payments.payments (id, order_id, amount, method, provider, state, next, next_at, charge_id)
     values ($1, $2, 90000, 'card', 'sandbox', $3, $4::text, case when $4::text is not null then now() end, $5)`,
    [id, order, state, next, charge],
  );
  return { id, order };
}

const settle = (id: string, body: object = { note: 'looked up' }) =>
  shop.ask('POST', `/admin/payments/findings/${id}/settle`, { token, body });
const list = async (query: string): Promise<any[]> =>
  (await shop.ask('GET', `/admin/payments/findings?limit=100&${query}`, { token })).body.data;
const findingMessages = (order: string) =>
  shop.database.admin<{ body: object }>(
    `select body from payments.outbox where type = 'payments.money-found.v1' and body->>'orderId' = $1`,
    [order],
  );

describe('A finding', () => {
  it.each(['noted', 'refused'])('that is %s is open until staff settle it', async (state) => {
    const id = await insertFinding('mismatch', state);
    expect((await list('open=true')).map((one) => one.id)).toContain(id);
    const settled = await settle(id, { note: ' The bank has it. ' });
    expect(settled).toMatchObject({
      status: 200,
      body: { data: { id, state: 'settled', note: 'The bank has it.', settledBy: staff } },
    });
    expect(settled.body.data.settledAt).not.toBeNull();
    expect((await list('open=true')).map((one) => one.id)).not.toContain(id);
    expect((await list('open=false')).map((one) => one.id)).toContain(id);
    expect((await list('state=settled')).map((one) => one.id)).toContain(id);
    expect((await settle(id, { note: 'again' })).body.data).toEqual(settled.body.data);
  });

  it.each(['giving-back', 'given-back'])('that is %s does not need staff', async (state) => {
    const id = await insertFinding('second-charge', state);
    expect(await settle(id)).toMatchObject({ status: 409, body: { error: { code: 'FINDING_NEEDS_NOBODY' } } });
    expect((await list('open=true')).map((one) => one.id)).not.toContain(id);
  });

  it('about late money takes its state from the payment', async () => {
    const voided = await insertPayment('voided', null, randomUUID());
    const refused = await insertFinding('late-money', 'giving-back', { payment: voided.id, order: voided.order });
    expect(await list(`open=true&orderId=${voided.order}`)).toMatchObject([{ id: refused, state: 'refused' }]);
    expect((await settle(refused)).body.data.state).toBe('settled');
    const voiding = await insertPayment('voiding', null, randomUUID());
    const givingBack = await insertFinding('late-money', 'giving-back', { payment: voiding.id, order: voiding.order });
    expect((await settle(givingBack)).status).toBe(409);
  });

  it('is settled by staff with a note', async () => {
    const id = await insertFinding('mismatch', 'noted');
    expect((await settle(randomUUID())).status).toBe(404);
    expect((await settle(id, {})).status).toBe(400);
    expect((await settle(id, { note: ' ' })).status).toBe(400);
    const stranger = await shop.token('barista');
    const path = `/admin/payments/findings/${id}/settle`;
    expect((await shop.ask('POST', path, { token: stranger, body: { note: 'x' } })).status).toBe(403);
  });
});

describe('A charge that the provider and the shop assign to different payments', () => {
  it('is reported on the order of the payment that had the charge before', async () => {
    const charge = randomUUID();
    const other = await insertPayment('taken', null, charge);
    await shop.database.admin(
      `insert into payments.payment_charges (provider, charge_id, payment_id) values ('sandbox', $1, $2)`,
      [charge, other.id],
    );
    jest.spyOn(provider, 'find').mockResolvedValue({ kind: 'captured', chargeId: charge });
    const mine = await insertPayment('open', 'find', null);
    await eventually(async () =>
      expect(await list(`orderId=${other.order}`)).toMatchObject([
        { kind: 'charge-of-another', state: 'noted', chargeId: charge, paymentKey: other.id },
      ]),
    );
    expect(await findingMessages(other.order)).toMatchObject([
      { body: { kind: 'charge-of-another', chargeId: charge } },
    ]);
    expect((await shop.app.get(Payments, { strict: false }).find(mine.id))?.state).toBe('taken');
  });
});

describe('A refund that staff ended as not given back', () => {
  it('becomes a finding on the order when the provider gives the money back later', async () => {
    const { order } = await insertPayment('taken', null, randomUUID());
    const refunds = shop.app.get(Refunds, { strict: false });
    let answer: (given: RefundAnswer) => void = () => {};
    const refundCall = jest.spyOn(provider, 'refund').mockReturnValue(new Promise((done) => (answer = done)));
    const id = randomUUID();
    await refunds.add({ id, orderId: order, amount: 20_000, reason: 'spilt' });
    await eventually(async () => expect(refundCall).toHaveBeenCalled());
    const db = shop.app.get(Databases, { strict: false }).of('payments');
    const stored = async () => (await db.transaction(() => refunds.lock(id)))!;
    await refunds.write(settleRefundByHand(await stored(), 'unknown'), 0, { kind: 'by-hand: unknown' });
    answer({ kind: 'refunded' });
    await eventually(async () =>
      expect(await list(`orderId=${order}`)).toMatchObject([
        { kind: 'given-after-all', state: 'noted', paymentKey: id, amount: { amount: 20_000 } },
      ]),
    );
    expect(await findingMessages(order)).toMatchObject([{ body: { kind: 'given-after-all' } }]);
    expect((await stored()).state).toBe('refused');
  });
});
