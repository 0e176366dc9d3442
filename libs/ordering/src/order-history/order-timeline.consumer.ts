import { Injectable } from '@nestjs/common';
import { currentUnit, handledBy, InboxEventsHandler, NO_MESSAGE } from '#messaging';
import { CheckoutSaga } from '../checkout/checkout.saga';
import { RefundSaga } from '../refund-order/refunds.saga';
import { timelineMessages, type TimelineMessage } from './timeline-texts';
import { timelineRowOf, Timelines } from './timelines.store';

/**
 * The messages that these sagas handle. The sagas store the timeline entries for these messages, so the handler below
 * does not get them.
 */
const handledBySagas = [CheckoutSaga, RefundSaga].flatMap((saga) => handledBy(saga));

/** Stores what other contexts report about an order, for the timeline that staff read. */
@Injectable()
@InboxEventsHandler(timelineMessages, {
  name: 'order-timeline',
  parallel: 16,
  onlyIf: Object.fromEntries(
    timelineMessages.filter((one) => handledBySagas.includes(one)).map(({ type }) => [type, NO_MESSAGE]),
  ),
})
export class OrderTimelineHandler {
  constructor(private readonly timelines: Timelines) {}

  async handle(message: TimelineMessage): Promise<void> {
    await this.timelines.save(timelineRowOf(currentUnit()!.envelope, message));
  }
}
