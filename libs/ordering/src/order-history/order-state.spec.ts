import type { RecordedEvent } from '#event-store';
import { factsUntil, orderId } from '../model/order-samples';
import { countEventsUntil } from './order-state.query';

const at = (end: string): string => `2026-11-23T03:00:${end}Z`;
const stream = (...times: readonly string[]): RecordedEvent[] =>
  factsUntil.ready.slice(0, times.length).map(({ type, data }, index) => ({
    ...{ id: orderId, streamId: orderId, version: index + 1, position: index + 1, type, schemaVersion: 1, data },
    metadata: { commandId: orderId, correlationId: orderId, actor: { kind: 'system' } },
    ...{ timestamp: new Date(at(times[index])), instant: at(times[index]), hash: null },
  }));

describe('The number of events up to a version or an instant', () => {
  it('is exact to the microsecond', () => {
    const events = stream('00.354509', '00.354511', '00.354512');
    expect(
      ['00.354509', '00.354510', '00.354511', '09'].map((end) => countEventsUntil(events, { at: at(end) })),
    ).toEqual([1, 1, 2, 3]);
  });

  it('includes all earlier events, even if the clock was set back', () => {
    const events = stream('10', '20', '05', '30');
    expect(['05', '10', '20', '29', '30'].map((end) => countEventsUntil(events, { at: at(end) }))).toEqual([
      3, 3, 3, 3, 4,
    ]);
  });

  it('is refused for an instant before the order was placed, and for a version that the order has not reached', () => {
    const events = stream('10.000001', '20');
    expect(() => countEventsUntil(events, { at: at('10') })).toThrow(
      expect.objectContaining({ code: 'NOT_PLACED_YET', params: { placedAt: at('10.000001') } }),
    );
    expect(() => countEventsUntil(events, { version: 3 })).toThrow(
      expect.objectContaining({ code: 'VERSION_NOT_THERE', params: { version: 3, present: 2 } }),
    );
    expect([countEventsUntil(events, { version: 1 }), countEventsUntil(events, {})]).toEqual([1, 2]);
  });
});
