import { Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import { PaymentsModule } from '#modules/payments';
import { eventually } from '../../../../test/support/eventually';
import { openContext, type OpenContext } from '../../../../test/support/open-context';
import type { PaymentProvider, WebhookEvent } from '../model/payment-provider';
import { Providers } from '../settle-payment/providers';
import { ReceiveWebhook } from './receive-webhook.command';

let shop: OpenContext;
let provider: PaymentProvider;
let admin: string;

beforeAll(async () => {
  shop = await openContext([PaymentsModule], ['payments', 'sandbox', 'privacy']);
  provider = shop.app.get(Providers, { strict: false }).find('sandbox')!;
  admin = await shop.token('admin');
});
afterAll(() => shop.close());
afterEach(() => jest.restoreAllMocks());

interface Known {
  readonly id: string;
  readonly order: string;
}

/** A payment without a result. Its next call is due in an hour. */
async function insertPayment(more: { state?: string; next?: string | null; charge?: string } = {}): Promise<Known> {
  const [id, order] = [randomUUID(), randomUUID()];
  const { state = 'open', next = 'find', charge = null } = more;
  await shop.database.admin(
    `insert into payments.payments (id, order_id, amount, method, provider, state, next, next_at, charge_id)
     values ($1, $2, 90000, 'card', 'sandbox', $3, $4::text, case when $4::text is not null then now() + interval '1 hour' end, $5)`,
    [id, order, state, next, charge],
  );
  return { id, order };
}

/** A charge in the provider's books. */
async function insertCharge(
  { id: key, order }: Known,
  more: { state?: string; amount?: number } = {},
): Promise<string> {
  const id = randomUUID();
  await shop.database.admin(
    `insert into sandbox.charges (id, key, order_id, amount, token, state, settle_at)
     values ($1, $2, $3, $4, 'tok_ok', $5, now() + interval '1 hour')`,
    [id, key, order, more.amount ?? 90_000, more.state ?? 'captured'],
  );
  return id;
}

const webhookEvent = (
  { id: key, order: orderId }: Known,
  chargeId: string,
  id: string = randomUUID(),
): WebhookEvent => ({
  ...{ id, key, orderId, chargeId },
  amount: { amount: 90_000, currency: 'VND' },
});
const receive = (event: WebhookEvent): Promise<string> =>
  shop.app
    .get(CommandBus, { strict: false })
    .execute(new ReceiveWebhook('sandbox', event))
    .then(
      () => 'received',
      (error: { code: string }) => error.code,
    );
const stateOf = async ({ id }: Known): Promise<string> =>
  (await shop.database.admin<{ state: string }>('select state from payments.payments where id = $1', [id]))[0].state;
const waitForState = (known: Known, state: string) =>
  eventually(async () => expect(await stateOf(known)).toBe(state), 15_000);
const findingsOf = async ({ order }: Known): Promise<any[]> =>
  (await shop.ask('GET', `/admin/payments/findings?orderId=${order}`, { token: admin })).body.data;
const kindsOf = async (known: Known) => (await findingsOf(known)).map(({ kind, state }) => `${kind} ${state}`);

describe('A payment that staff settled by hand', () => {
  it('gets a finding that stays open when the provider gives the money back later', async () => {
    const settled = await insertPayment({ state: 'voided', next: 'void' });
    await insertCharge(settled);
    await shop.database.admin(
      `update payments.payments set voided_for = 'by-hand', reason = 'settled by hand: unknown', next_at = now() where id = $1`,
      [settled.id],
    );
    await eventually(
      async () =>
        expect(await findingsOf(settled)).toMatchObject([
          { kind: 'given-after-all', state: 'noted', amount: { amount: 90_000 }, reason: 'settled by hand: unknown' },
        ]),
      15_000,
    );
  });
});

describe('A webhook', () => {
  it('counts if the provider’s books show the charge for this payment', async () => {
    const open = await insertPayment();
    expect(await receive(webhookEvent(open, await insertCharge(open)))).toBe('received');
    expect(await stateOf(open)).toBe('taken');
    expect(await findingsOf(open)).toEqual([]);
  });

  it.each([
    ['unknown', async () => randomUUID(), 'unknown-charge noted'],
    ['no id of the provider', async () => 'ch_1', 'unknown-charge noted'],
    ['another order’s', async () => insertCharge({ id: randomUUID(), order: randomUUID() }), 'charge-of-another noted'],
    ['under another key', async (o: Known) => insertCharge({ ...o, id: randomUUID() }), 'charge-of-another noted'],
    ['of another amount', async (o: Known) => insertCharge(o, { amount: 1 }), 'mismatch noted'],
  ])('with a charge that is %s becomes a finding, and does not change the payment', async (_, insert, noted) => {
    const open = await insertPayment();
    jest.spyOn(provider, 'find').mockResolvedValue({ kind: 'accepted' });
    const event = webhookEvent(open, await insert(open));
    for (const times of [1, 2]) expect([times, await receive(event)]).toEqual([times, 'NOT_FOUND']);
    expect(await stateOf(open)).toBe('open');
    expect(await kindsOf(open)).toEqual([noted]);
  });

  it('that does not fit makes the shop ask the provider about the payment by the payment’s key', async () => {
    const open = await insertPayment();
    const real = await insertCharge(open);
    expect(await receive(webhookEvent(open, randomUUID()))).toBe('NOT_FOUND');
    await waitForState(open, 'taken');
    expect(await receive(webhookEvent(open, real))).toBe('received');
    expect(await kindsOf(open)).toEqual(['unknown-charge noted']);
  });

  it('is stored while the provider does not answer, and the payment does not change meanwhile', async () => {
    const open = await insertPayment();
    const real = await insertCharge(open);
    const chargeOf = jest.spyOn(provider, 'chargeOf').mockRejectedValue(new Error('time-out'));
    const find = jest.spyOn(provider, 'find').mockRejectedValue(new Error('time-out'));
    expect(await receive(webhookEvent(open, real))).toBe('received');
    expect(await receive(webhookEvent(open, randomUUID()))).toBe('received');
    await eventually(() => expect(chargeOf.mock.calls.length).toBeGreaterThan(2), 15_000);
    expect(await stateOf(open)).toBe('open');
    expect(await findingsOf(open)).toEqual([]);
    chargeOf.mockRestore();
    await waitForState(open, 'taken');
    find.mockRestore();
    await eventually(async () => expect(await kindsOf(open)).toEqual(['unknown-charge noted']), 15_000);
  });

  it.each(['open', 'voided'])(
    'does not count while its charge is still being processed and the payment is %s',
    async (state) => {
      const known = await insertPayment({ state, next: state === 'open' ? 'find' : null });
      const real = await insertCharge(known, { state: 'processing' });
      expect(await receive(webhookEvent(known, real))).toBe('received');
      expect(await stateOf(known)).toBe(state);
      await shop.database.admin(`update sandbox.charges set settle_at = now() where id = $1`, [real]);
      if (state === 'open') return waitForState(known, 'taken');
      await eventually(async () => expect(await kindsOf(known)).toEqual(['late-money given-back']), 15_000);
    },
  );

  it('counts even if a webhook with the same id came before for another payment', async () => {
    const [first, second] = [await insertPayment(), await insertPayment()];
    const id = randomUUID();
    for (const each of [first, second])
      expect(await receive(webhookEvent(each, await insertCharge(each), id))).toBe('received');
    expect([await stateOf(first), await stateOf(second)]).toEqual(['taken', 'taken']);
  });

  it('about late money starts the next call only after the commit', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const ended = await insertPayment({ state: 'voided', next: null });
    expect(await receive(webhookEvent(ended, await insertCharge(ended)))).toBe('received');
    await eventually(async () => expect(await kindsOf(ended)).toEqual(['late-money given-back']), 15_000);
    expect(errors.mock.calls).toEqual([]);
  });

  it('about late money makes a finding with a reason if the void found no money', async () => {
    const ended = await insertPayment({ state: 'voided', next: null });
    jest.spyOn(provider, 'void').mockResolvedValue({ kind: 'voided', refunded: { amount: 0, currency: 'VND' } });
    expect(await receive(webhookEvent(ended, await insertCharge(ended)))).toBe('received');
    await eventually(
      async () =>
        expect(await findingsOf(ended)).toMatchObject([
          { kind: 'late-money', state: 'refused', reason: 'the void found no money to give back' },
        ]),
      15_000,
    );
  });
});
