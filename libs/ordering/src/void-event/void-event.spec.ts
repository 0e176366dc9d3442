import { UnknownEvent } from '#event-store';
import type { OrderEvent } from '../model/order';
import { EventBroken } from '../model/order-errors';
import { facts, factsUntil, orderId } from '../model/order-samples';
import { voidEvent, type ReadEvent } from './void-event';

const read = (...events: readonly (OrderEvent & { unreadable?: Error })[]): ReadEvent[] =>
  events.map(({ type, data, unreadable }, index) => ({
    ...{ streamId: orderId, version: index + 1, type, data, timestamp: new Date(1_767_600_000_000 + index) },
    ...(unreadable && { unreadable }),
  }));
const ask = (stream: readonly ReadEvent[], version: number, unnumbered: readonly number[] = []) =>
  voidEvent(stream, { version, reason: 'a faulty import', unnumbered: new Set(unnumbered) });
const broken = (type: OrderEvent['type'], version: number) =>
  ({ type, data: null, unreadable: new EventBroken(type, version) }) as unknown as OrderEvent;

describe('Declaring an event void', () => {
  const voided: OrderEvent = { type: 'EventVoided', data: { version: 3, reason: 'a faulty import' } };

  it('appends an event to the order if the event with the given version is broken', () => {
    expect(ask(read(...factsUntil.confirmed, broken('OrderAccepted', 3)), 3)).toEqual([voided]);
  });

  it('is recorded once', () => {
    expect(ask(read(...factsUntil.confirmed, broken('OrderAccepted', 3), voided), 3)).toEqual([]);
  });

  it('is refused for an event that can be read', () => {
    expect(() => ask(read(...factsUntil.completed), 3)).toThrow(expect.objectContaining({ code: 'EVENT_NOT_BROKEN' }));
    const stream = read(...factsUntil.confirmed, broken('OrderAccepted', 3), facts.preparing);
    expect(() => ask(stream, 4)).toThrow(expect.objectContaining({ code: 'EVENT_NOT_BROKEN' }));
  });

  it('is allowed for an event that can be read but not numbered', () => {
    expect(ask(read(...factsUntil.accepted), 3, [3])).toEqual([voided]);
  });

  it('is refused for the first event, for a missing event, and for an event of a newer build', () => {
    expect(() => ask(read(broken('OrderPlaced', 1)), 1)).toThrow(
      expect.objectContaining({ code: 'FIRST_EVENT_NEEDED' }),
    );
    expect(() => ask(read(...factsUntil.confirmed), 9)).toThrow(
      expect.objectContaining({ code: 'VERSION_NOT_THERE', params: { version: 9, present: 2 } }),
    );
    const newer = { ...facts.accepted, unreadable: new UnknownEvent('OrderSung', 1) };
    expect(() => ask(read(...factsUntil.confirmed, newer), 3)).toThrow(UnknownEvent);
  });
});
