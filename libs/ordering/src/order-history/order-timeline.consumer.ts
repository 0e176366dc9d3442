import { Injectable } from '@nestjs/common';
import { ClaimLost, currentUnit, InboxEventsHandler } from '#messaging';
import { inTimeline, heardByTimeline, type HeardByTimeline } from './timeline-words';
import { Timelines } from './timelines.store';

/** Stores what other contexts report about an order, for the timeline that staff read. */
@Injectable()
@InboxEventsHandler(heardByTimeline, { name: 'order-timeline', parallel: 16 })
export class OrderTimelineHandler {
  constructor(private readonly timelines: Timelines) {}

  async handle(message: HeardByTimeline): Promise<void> {
    const unit = currentUnit()!;
    const { id, type, meta } = unit.envelope;
    const entry = { id, orderId: message.body.orderId, at: meta.occurredAt, type, data: message.body };
    const kept = await this.timelines.keep({ ...entry, ...inTimeline(message) }, unit.claimed);
    if (!kept) throw new ClaimLost(unit.handler, unit.claimed.seq);
    unit.settled();
  }
}
