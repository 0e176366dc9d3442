import type { OutboxRow } from './outbox.store';
import { Receiver } from './receiver';
import type { SubscribedTypes } from './subscription-cache';
import { Transport } from './transport';

class FakeTransport extends Transport {
  readonly receivers = ['cart'] as const;
  readonly delivered: number[] = [];
  known?: SubscribedTypes;

  async readSubscribed(): Promise<SubscribedTypes> {
    if (!this.known) throw new Error('the subscriptions of cart cannot be read');
    return this.known;
  }

  lastSubscribed(): SubscribedTypes | undefined {
    return this.known;
  }

  sharesServer(): boolean {
    return true;
  }

  async deliver(_from: string, _receiver: string, messages: readonly OutboxRow[]): Promise<void> {
    this.delivered.push(...messages.map(({ seq }) => seq));
  }
}

const row = (seq: number, type: string) => ({ seq, type }) as OutboxRow;
const rows = [row(1, 'subscribed'), row(2, 'other'), row(3, 'subscribed')];

let transport: FakeTransport;
let receiver: Receiver;
beforeEach(() => {
  transport = new FakeTransport();
  receiver = new Receiver('cart', 'ordering', transport, true);
});

describe('A receiver', () => {
  it('gets only the types that it subscribed to', async () => {
    const readAt = performance.now();
    transport.known = { types: new Set(['subscribed']), readAt, databaseTime: '' };
    expect(await receiver.deliver(rows)).toBe(readAt);
    expect(transport.delivered).toEqual([1, 3]);
  });

  it('is owed the types that it subscribed to, or all types if its subscriptions are not known', () => {
    expect(receiver.selectSubscribed(rows).rows).toEqual(rows);
    transport.known = { types: new Set(['subscribed']), readAt: performance.now(), databaseTime: '' };
    expect(receiver.selectSubscribed(rows).rows.map(({ seq }) => seq)).toEqual([1, 3]);
    transport.known = { ...transport.known, readAt: performance.now() - 1_100 };
    expect(receiver.selectSubscribed(rows).rows).toEqual(rows);
  });
});

describe('A receiver that was away', () => {
  beforeEach(() => {
    receiver.setAway();
    receiver.addOwed(2);
  });

  it('gets messages directly again after a read that found no owed message', () => {
    receiver.returnToDirectIfPossible();
    expect(receiver.isDirect).toBe(false);
    expect(receiver.recordNothingOwed(receiver.owedTotal)).toBe(true);
    receiver.returnToDirectIfPossible();
    expect(receiver.isDirect).toBe(true);
  });

  it('does not get messages directly if another message was stored as owed after that read began', () => {
    const mark = receiver.owedTotal;
    receiver.addOwed(1);
    expect(receiver.recordNothingOwed(mark)).toBe(false);
    receiver.returnToDirectIfPossible();
    expect(receiver.isDirect).toBe(false);
  });

  it('does not get messages directly if a delivery failed again after that read', () => {
    receiver.recordNothingOwed(receiver.owedTotal);
    receiver.setAway();
    receiver.returnToDirectIfPossible();
    expect(receiver.isDirect).toBe(false);
  });
});
