import type { HttpAdapterHost } from '@nestjs/core';
import type { Config } from '#platform/config';
import type { SandboxLedger } from './sandbox-ledger.store';
import { SandboxWebhooks } from './sandbox-webhooks.job';

async function settlements(paymentProviders: Config['paymentProviders']): Promise<number> {
  const ledger = { settle: jest.fn(async () => undefined), claimWebhooks: async () => [] };
  const server = { address: () => ({ address: '127.0.0.1', family: 'IPv4', port: 3000 }) };
  const http = { httpAdapter: { getHttpServer: () => server } } as unknown as HttpAdapterHost;
  const config = { paymentProviders } as Config;
  const job = new SandboxWebhooks(ledger as unknown as SandboxLedger, config, { now: () => new Date(0) }, http);
  job.tick();
  await job.beforeApplicationShutdown();
  return ledger.settle.mock.calls.length;
}

describe('The job of the sandbox provider', () => {
  it('runs if the sandbox is one of the payment providers', async () =>
    expect(await settlements(['cash', 'sandbox'])).toBe(1));
  it('does not use the database if the sandbox is not a payment provider', async () =>
    expect(await settlements(['cash'])).toBe(0));
});
