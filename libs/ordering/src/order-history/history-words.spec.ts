import { vnd } from '#kernel';
import { orderEventTypes, type OrderEvent } from '../model/order';
import {
  everyFact,
  facts,
  given,
  ordered,
  refundAsked,
  refundDeciding,
  refundDone,
  voided,
} from '../model/order-samples';
import { inDong, inOneLine, inWords, linesOf } from './history-words';

const all: readonly OrderEvent[] = [...(Object.values(facts) as OrderEvent[]), ...Object.values(everyFact)];

const numbered = <Event extends object>(events: readonly Event[]) =>
  events.map((event, index) => ({ ...event, version: index + 1 }));

describe('An order’s history in words', () => {
  it.each(all.map((event) => [event.type, event]))('tells %s in both languages', (_, event) => {
    const [vi, en] = [inWords(event, 'vi'), inWords(event, 'en')];
    expect(vi.title).not.toBe(en.title);
    expect(en.code).toBe(event.type);
  });

  it('tells of an event whose data is broken, too: an admin needs to see it', () => {
    expect(inOneLine(facts.confirmed)).toBe('Your order is confirmed: Paid 100.000 ₫');
    for (const type of orderEventTypes)
      expect(inOneLine({ type, data: [] } as unknown as OrderEvent)).toContain(
        inWords(
          all.find((one) => one.type === type)!,
          'en',
        ).title,
      );
    expect(inOneLine({ type: 'OrderRefunded', data: {} } as OrderEvent)).toBe(
      'Money was given back: its data cannot be read',
    );
  });

  it('tells of a refund what this part is, and what has gone back in all', () => {
    const first = [...ordered.completed, refundAsked('a', 40_000), refundDone('a', 40_000)];
    const last = [...first, refundAsked('b', 60_000), refundDone('b', 60_000)];
    expect(inWords(first.at(-1)!, 'en', given(...first)).detail).toBe('40.000 ₫');
    expect(inWords(last.at(-1)!, 'en', given(...last)).detail).toBe('60.000 ₫, 100.000 ₫ in all so far');
    expect(inWords(last.at(-1)!, 'vi', given(...last)).detail).toBe('60.000 ₫, tổng cộng đến nay 100.000 ₫');
  });

  it('tells staff the same of a refund, for as long as an order can be made of its events', () => {
    const refunds = [
      refundAsked('a', 40_000),
      refundDone('a', 40_000),
      refundAsked('b', 60_000),
      refundDone('b', 60_000),
    ];
    const lines = linesOf(numbered([...ordered.completed, ...refunds]));
    expect([lines.at(-3), lines.at(-1)]).toEqual([
      'Money was given back: 40.000 ₫',
      'Money was given back: 60.000 ₫, 100.000 ₫ in all so far',
    ]);
    const broken = linesOf(
      numbered([{ type: 'OrderShipped', unreadable: 'unknown', data: {} }, refundDone('a', 40_000)]),
    );
    expect(broken).toEqual(['not known to this build', 'Money was given back: 40.000 ₫']);
  });

  it('says that an order is over, where a refund ended it, and only there', () => {
    const ended = [...ordered.preparing, refundDeciding('a', 60_000, { end: true, restock: false })];
    const over = [...ended, refundDone('a', 60_000)];
    expect(inWords(ended.at(-1)!, 'en', given(...ended)).detail).toBe('60.000 ₫. The order is over');
    expect(inWords(over.at(-1)!, 'en', given(...over)).detail).toBe('60.000 ₫. The order is over');
    expect(inWords(over.at(-1)!, 'vi', given(...over)).detail).toBe('60.000 ₫. Đơn hàng kết thúc tại đây');
    const goesOn = [...ordered.preparing, refundDeciding('a', 60_000, { end: false }), refundDone('a', 60_000)];
    for (const event of goesOn.slice(-2)) expect(inWords(event, 'en', given(...goesOn)).detail).toBe('60.000 ₫');
  });

  it('says of an event that was declared void that it is, and goes on without it', () => {
    const stream = [...ordered.confirmed, { type: 'OrderAccepted' as const, data: null, unreadable: 'x' }, voided(3)];
    const lines = linesOf(numbered([...stream, refundAsked('a', 40_000), refundDone('a', 40_000)]));
    expect(lines.slice(2, 4)).toEqual(['declared void by a later event', 'A step of this order was declared void']);
    expect(lines.at(-1)).toBe('Money was given back: 40.000 ₫');
  });

  it('knows every event there is', () => {
    expect(new Set(all.map((event) => event.type))).toEqual(new Set(orderEventTypes));
  });

  it('writes đồng as they are written', () => {
    expect([0, 999, 55_000, 1_234_567].map((amount) => inDong(vnd(amount)))).toEqual([
      '0 ₫',
      '999 ₫',
      '55.000 ₫',
      '1.234.567 ₫',
    ]);
    expect(inWords(facts.confirmed as OrderEvent, 'vi').detail).toBe('Đã thanh toán 100.000 ₫');
  });
});
