import type { EventStore, RecordedEvent } from '#event-store';
import type { Vault } from '#platform/privacy';
import { OrderNotFound } from '../model/order-errors';
import { customerId, factsUntil, orderId } from '../model/order-samples';
import { FollowedOrder } from './followed-order.query';
import type { OrderFeed } from './order-feed.query';

const events = factsUntil.completed.map(
  (event, index) =>
    ({
      ...event,
      id: `e${index + 1}`,
      orderId,
      version: index + 1,
      position: index + 1,
      timestamp: new Date(`2026-11-23T03:0${index}:00Z`),
    }) as unknown as RecordedEvent,
);

/** A shop in which the test decides when events happen. */
function shop(committed: number) {
  let stream = events.slice(0, committed);
  let listener: (event: RecordedEvent) => void = () => undefined;
  const sent: [string, number][] = [];
  const gates: (() => void)[] = [];
  const reads: [number, number][] = [];
  const store = {
    read: async (_: string, from = 1, to = Infinity) => {
      reads.push([from, to]);
      return stream.filter(({ version }) => version >= from && version <= to);
    },
  } as unknown as EventStore;
  const follows = jest.fn();
  const feed = {
    follow: follows.mockImplementation(async (_: string, given: typeof listener) => {
      listener = given;
      return () => (listener = () => undefined);
    }),
  } as unknown as OrderFeed;
  let hold = false;
  const vault = {
    openAll: async (value: unknown) => {
      if (hold) await new Promise<void>((resolve) => gates.push(resolve));
      return value;
    },
  } as unknown as Vault;
  const send = (name: string, body: object) => sent.push([name, (body as { version: number }).version]);
  const failed = jest.fn();
  return {
    sent,
    failed,
    reads,
    follows,
    followed: new FollowedOrder(store, feed, vault, orderId, send, failed),
    happen: (version: number, deliver = true) => {
      stream = events.slice(0, version);
      if (deliver) listener(events[version - 1]);
    },
    again: (version: number) => listener(events[version - 1]),
    hold: () => (hold = true),
    release: () => {
      hold = false;
      for (const go of gates.splice(0)) go();
    },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const owner = { userId: customerId };

describe('Following an order', () => {
  it('begins with a snapshot, then sends each event once, in order', async () => {
    const { followed, sent, happen, again } = shop(1);
    await followed.begin(owner, undefined);
    happen(2);
    again(2);
    happen(3);
    await settled();
    expect(sent).toEqual([
      ['snapshot', 1],
      ['event', 2],
      ['event', 3],
    ]);
  });

  it('resumes at the version that the client has', async () => {
    const { followed, sent } = shop(4);
    await followed.begin(owner, 2);
    await settled();
    expect(sent).toEqual([
      ['snapshot', 2],
      ['event', 3],
      ['event', 4],
    ]);
  });

  it('reads missing events from the stream', async () => {
    const { followed, sent, happen } = shop(1);
    await followed.begin(owner, undefined);
    happen(2, false);
    happen(3, false);
    happen(4);
    await settled();
    expect(sent.map(([, version]) => version)).toEqual([1, 2, 3, 4]);
  });

  it('loses no event that happens while the snapshot is being made', async () => {
    const { followed, sent, happen, hold, release } = shop(1);
    hold();
    const begun = followed.begin(owner, undefined);
    await settled();
    happen(2);
    await settled();
    release();
    await begun;
    await settled();
    expect(sent).toEqual([
      ['snapshot', 1],
      ['event', 2],
    ]);
  });

  it('reads only the first event of another person’s order, and does not follow the order', async () => {
    const { followed, reads, follows } = shop(4);
    await expect(followed.begin({ userId: orderId }, undefined)).rejects.toThrow(OrderNotFound);
    expect(reads).toEqual([[1, 1]]);
    expect(follows).not.toHaveBeenCalled();
  });

  it('is refused to other people, and for an order that does not exist', async () => {
    await expect(shop(1).followed.begin({ userId: orderId }, undefined)).rejects.toThrow(OrderNotFound);
    await expect(shop(0).followed.begin(undefined, undefined)).rejects.toThrow(OrderNotFound);
    await expect(shop(1).followed.begin(undefined, undefined)).resolves.toBeUndefined(); // staff
  });

  it('sends nothing after it has ended', async () => {
    const { followed, sent, happen } = shop(1);
    await followed.begin(owner, undefined);
    followed.end();
    happen(2);
    await settled();
    expect(sent).toHaveLength(1);
  });
});
