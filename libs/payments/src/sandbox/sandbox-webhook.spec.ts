import { ZodError } from 'zod';
import type { Config } from '#platform/config';
import type { SandboxLedger } from './sandbox-ledger.store';
import { SandboxProvider } from './sandbox-provider.adapter';
import { sign, SIGNATURE_HEADER } from './webhook-signature';

const SECRET = 'a secret of the sandbox';
const now = new Date('2026-11-23T03:04:05Z');
const provider = new SandboxProvider({} as SandboxLedger, { sandboxWebhookSecret: SECRET } as Config);

const readWebhook = (body: object) => {
  const bytes = Buffer.from(JSON.stringify(body));
  return provider.webhook(bytes, { [SIGNATURE_HEADER]: sign(SECRET, now.getTime() / 1000, bytes) }, now);
};

const good = {
  ...{ id: 'evt-1', type: 'charge.captured', key: 'pay-1', chargeId: 'ch-1' },
  orderId: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  amount: { amount: 55_000, currency: 'VND' },
};

describe('A signed webhook', () => {
  it('is read if its format is known', () => {
    expect(readWebhook(good)).toMatchObject({ id: 'evt-1', key: 'pay-1', chargeId: 'ch-1' });
  });

  it('has its UUIDs in lower case, and its other ids as they were sent', () => {
    const id = good.orderId;
    const ids = { id, key: id, chargeId: id, orderId: id };
    const capitals = Object.fromEntries(Object.entries(ids).map(([name, value]) => [name, value.toUpperCase()]));
    expect(readWebhook({ ...good, ...capitals })).toMatchObject(ids);
    expect(readWebhook({ ...good, chargeId: 'ch_AbC' })).toMatchObject({ chargeId: 'ch_AbC' });
  });

  it.each([
    ...['id', 'key', 'chargeId', 'orderId'].flatMap((name) =>
      ['\0', 'a\0b', 'half \ud83e', '', 'x'.repeat(201), null, {}].map((value) => ({ ...good, [name]: value })),
    ),
    { ...good, amount: { amount: 1e300, currency: 'VND' } },
    { ...good, amount: 'constructor' },
  ])('is refused if a field is not valid, before the database is used: %j', (body) => {
    expect(() => readWebhook(body)).toThrow(ZodError);
  });
});
