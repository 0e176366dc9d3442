import { Injectable } from '@nestjs/common';
import { ClaimLost, currentUnit, InboxEventsHandler } from '#messaging';
import { describeMessage, timelineMessages, type TimelineMessage } from './timeline-words';
import { Timelines } from './timelines.store';

/** Stores what other contexts report about an order, for the timeline that staff read. */
@Injectable()
@InboxEventsHandler(timelineMessages, { name: 'order-timeline', parallel: 16 })
export class OrderTimelineHandler {
  constructor(private readonly timelines: Timelines) {}

  async handle(message: TimelineMessage): Promise<void> {
    const unit = currentUnit()!;
    const { id, type, meta } = unit.envelope;
    const entry = { id, orderId: message.body.orderId, at: meta.occurredAt, type, data: message.body };
    const kept = await this.timelines.save({ ...entry, ...describeMessage(message) }, unit.claimed);
    if (!kept) throw new ClaimLost(unit.handler, unit.claimed.seq);
    unit.recordDone();
  }
}
