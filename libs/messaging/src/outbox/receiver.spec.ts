import type { OutboxRow } from './outbox.store';
import { Receiver } from './receiver';
import type { Subscribed } from './subscription-cache';
import { Transport } from './transport';

class Carrier extends Transport {
  readonly receivers = ['cart'] as const;
  readonly carried: number[] = [];
  known?: Subscribed;

  async subscribed(): Promise<Subscribed> {
    if (!this.known) throw new Error('cart cannot be asked');
    return this.known;
  }

  remembered(): Subscribed | undefined {
    return this.known;
  }

  sharesServer(): boolean {
    return true;
  }

  async deliver(_from: string, _receiver: string, messages: readonly OutboxRow[]): Promise<void> {
    this.carried.push(...messages.map(({ seq }) => seq));
  }
}

const row = (seq: number, type: string) => ({ seq, type }) as OutboxRow;
const rows = [row(1, 'heard'), row(2, 'unheard'), row(3, 'heard')];

let carrier: Carrier;
let receiver: Receiver;
beforeEach(() => {
  carrier = new Carrier();
  receiver = new Receiver('cart', 'ordering', carrier, true);
});

describe('A receiver', () => {
  it('is brought what it subscribed to, and nothing else', async () => {
    const readAt = performance.now();
    carrier.known = { types: new Set(['heard']), readAt };
    expect(await receiver.deliver(rows)).toBe(readAt);
    expect(carrier.carried).toEqual([1, 3]);
  });

  it('is owed what it subscribed to while that is known, else everything', () => {
    expect(receiver.heardOf(rows).rows).toEqual(rows);
    carrier.known = { types: new Set(['heard']), readAt: performance.now() };
    expect(receiver.heardOf(rows).rows.map(({ seq }) => seq)).toEqual([1, 3]);
    carrier.known = { ...carrier.known, readAt: performance.now() - 1_100 };
    expect(receiver.heardOf(rows).rows).toEqual(rows);
  });
});

describe('A receiver that was away', () => {
  beforeEach(() => {
    receiver.goneAway();
    receiver.wrote(2);
  });

  it('is served directly again once a reading found that it is owed nothing', () => {
    receiver.rejoin();
    expect(receiver.isDirect).toBe(false);
    expect(receiver.paid(receiver.mark)).toBe(true);
    receiver.rejoin();
    expect(receiver.isDirect).toBe(true);
  });

  it('is not, where something was written down after that reading began', () => {
    const mark = receiver.mark;
    receiver.wrote(1);
    expect(receiver.paid(mark)).toBe(false);
    receiver.rejoin();
    expect(receiver.isDirect).toBe(false);
  });

  it('is not, where it goes away again after that reading', () => {
    receiver.paid(receiver.mark);
    receiver.goneAway();
    receiver.rejoin();
    expect(receiver.isDirect).toBe(false);
  });
});
