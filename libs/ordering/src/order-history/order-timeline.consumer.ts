import { Injectable } from '@nestjs/common';
import { ClaimLost, currentUnit, Hears } from '#platform/messaging';
import type { MessageClass } from '#kernel';
import { inTimeline, heardByTimeline, type HeardByTimeline } from './timeline-words';
import { Timelines } from './timelines.store';

/** Keeps what other contexts say of an order, for the timeline that staff read. */
@Injectable()
@Hears(...(heardByTimeline as readonly MessageClass[]))
export class OrderTimelineHandler {
  static readonly handler = 'order-timeline';
  static readonly parallel = 16;

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
