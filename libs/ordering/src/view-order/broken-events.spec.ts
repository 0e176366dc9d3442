import type { RecordedEvent } from '#event-store';
import { EventBroken, OrderNotFound } from '../model/order-errors';
import { customerId, factsUntil, orderId } from '../model/order-samples';
import { foldView, mustOwn } from './view-order.query';

const recorded = (type: string, data: any, version: number): RecordedEvent => ({
  ...{ id: orderId, streamId: orderId, version, position: version, type, schemaVersion: 1, data },
  metadata: { commandId: orderId, correlationId: orderId, actor: { kind: 'system' } },
  ...{ timestamp: new Date('2026-11-23T03:00:00.000Z'), hash: null },
});
const placed = recorded('OrderPlaced', factsUntil.pending[0].data, 1);
const broken = recorded('OrderRefunded', null, 2);
const owner = { userId: customerId };
const stranger = { userId: orderId };

describe('A broken event', () => {
  it('makes the fold of its order throw, but the events before it can be folded', () => {
    expect(() => foldView([placed, broken])).toThrow(new EventBroken('OrderRefunded', 2));
    expect(foldView([placed])).toMatchObject({ version: 1 });
  });

  it('does not change who may read the order', () => {
    expect(() => mustOwn([placed, broken], owner)).not.toThrow();
    expect(() => mustOwn([placed, broken], stranger)).toThrow(OrderNotFound);
    const beginning = recorded('OrderPlaced', null, 1);
    expect(() => mustOwn([beginning], stranger)).toThrow(OrderNotFound);
    expect(() => mustOwn([], owner)).toThrow(OrderNotFound);
  });
});
