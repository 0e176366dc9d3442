import { vnd } from '#kernel';
import { orderEventTypes, type OrderEvent } from '../model/order';
import {
  everyFact,
  facts,
  orderAfter,
  factsUntil,
  refundRequested,
  refundRequestedWith,
  refundMade,
  eventVoided,
} from '../model/order-samples';
import { formatDong, describeInOneLine, describeFact, linesOf } from './history-texts';

const all: readonly OrderEvent[] = [...(Object.values(facts) as OrderEvent[]), ...Object.values(everyFact)];

const numbered = <Event extends object>(events: readonly Event[]) =>
  events.map((event, index) => ({ ...event, version: index + 1 }));

describe('An order’s history in words', () => {
  it.each(all.map((event) => [event.type, event]))('describes %s in both languages', (_, event) => {
    const [vi, en] = [describeFact(event, 'vi'), describeFact(event, 'en')];
    expect(vi.title).not.toBe(en.title);
    expect(en.code).toBe(event.type);
  });

  it('describes for admins also an event whose data is broken', () => {
    expect(describeInOneLine(facts.confirmed)).toBe('Your order is confirmed: Paid 100.000 ₫');
    for (const type of orderEventTypes)
      expect(describeInOneLine({ type, data: [] } as unknown as OrderEvent)).toContain(
        describeFact(
          all.find((one) => one.type === type)!,
          'en',
        ).title,
      );
    expect(describeInOneLine({ type: 'OrderRefunded', data: {} } as OrderEvent)).toBe(
      'Money was given back: its data cannot be read',
    );
  });

  it('gives the amount of a refund, and the total of all refunds', () => {
    const first = [...factsUntil.completed, refundRequested('a', 40_000), refundMade('a', 40_000)];
    const last = [...first, refundRequested('b', 60_000), refundMade('b', 60_000)];
    expect(describeFact(first.at(-1)!, 'en', orderAfter(...first)).detail).toBe('40.000 ₫');
    expect(describeFact(last.at(-1)!, 'en', orderAfter(...last)).detail).toBe('60.000 ₫, 100.000 ₫ in all so far');
    expect(describeFact(last.at(-1)!, 'vi', orderAfter(...last)).detail).toBe('60.000 ₫, tổng cộng đến nay 100.000 ₫');
  });

  it('gives staff the total of all refunds if all earlier events can be read', () => {
    const refunds = [
      refundRequested('a', 40_000),
      refundMade('a', 40_000),
      refundRequested('b', 60_000),
      refundMade('b', 60_000),
    ];
    const lines = linesOf(numbered([...factsUntil.completed, ...refunds]));
    expect([lines.at(-3), lines.at(-1)]).toEqual([
      'Money was given back: 40.000 ₫',
      'Money was given back: 60.000 ₫, 100.000 ₫ in all so far',
    ]);
    const broken = linesOf(
      numbered([{ type: 'OrderShipped', unreadable: 'unknown', data: {} }, refundMade('a', 40_000)]),
    );
    expect(broken).toEqual(['not known to this build', 'Money was given back: 40.000 ₫']);
  });

  it('says that an order is over only if a refund ended it', () => {
    const ended = [...factsUntil.preparing, refundRequestedWith('a', 60_000, { end: true, restock: false })];
    const over = [...ended, refundMade('a', 60_000)];
    expect(describeFact(ended.at(-1)!, 'en', orderAfter(...ended)).detail).toBe('60.000 ₫. The order is over');
    expect(describeFact(over.at(-1)!, 'en', orderAfter(...over)).detail).toBe('60.000 ₫. The order is over');
    expect(describeFact(over.at(-1)!, 'vi', orderAfter(...over)).detail).toBe('60.000 ₫. Đơn hàng kết thúc tại đây');
    const goesOn = [...factsUntil.preparing, refundRequestedWith('a', 60_000, { end: false }), refundMade('a', 60_000)];
    for (const event of goesOn.slice(-2))
      expect(describeFact(event, 'en', orderAfter(...goesOn)).detail).toBe('60.000 ₫');
  });

  it('says that an event was declared void, and does not use this event for later lines', () => {
    const stream = [
      ...factsUntil.confirmed,
      { type: 'OrderAccepted' as const, data: null, unreadable: 'x' },
      eventVoided(3),
    ];
    const lines = linesOf(numbered([...stream, refundRequested('a', 40_000), refundMade('a', 40_000)]));
    expect(lines.slice(2, 4)).toEqual(['declared void by a later event', 'A step of this order was declared void']);
    expect(lines.at(-1)).toBe('Money was given back: 40.000 ₫');
  });

  it('describes every event type', () => {
    expect(new Set(all.map((event) => event.type))).toEqual(new Set(orderEventTypes));
  });

  it('formats amounts of đồng', () => {
    expect([0, 999, 55_000, 1_234_567].map((amount) => formatDong(vnd(amount)))).toEqual([
      '0 ₫',
      '999 ₫',
      '55.000 ₫',
      '1.234.567 ₫',
    ]);
    expect(describeFact(facts.confirmed as OrderEvent, 'vi').detail).toBe('Đã thanh toán 100.000 ₫');
  });
});
