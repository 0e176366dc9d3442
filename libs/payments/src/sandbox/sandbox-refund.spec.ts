import { vnd } from '#kernel';
import { SandboxProvider } from './sandbox-provider.adapter';

const refundOf = (charge: object | undefined, amount = 40_000) => {
  const ledger = { refund: async () => false, find: async () => charge };
  const provider: SandboxProvider = Object.assign(Object.create(SandboxProvider.prototype), { ledger });
  return provider.refund({ key: 'r', chargeKey: 'p', amount: vnd(amount) });
};
const captured = { state: 'captured', amount: 100_000, refunded: 60_000 };

describe('A refund that the ledger refused', () => {
  it.each([
    ['is still being processed', { ...captured, state: 'processing' }],
    ['is not there yet', undefined],
    ['was settled just now, and has enough money left', captured],
  ])('is requested again if the charge %s', async (_, charge) => expect((await refundOf(charge)).kind).toBe('not-now'));

  it('is refused if less than its amount is left of the charge', async () =>
    expect((await refundOf(captured, 40_001)).kind).toBe('refused'));
});
