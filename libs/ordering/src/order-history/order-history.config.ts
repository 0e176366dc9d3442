import { addMessages } from '#platform/http';
import { ProcessJournal } from '#platform/processes';
import { AuditController } from './audit.controller';
import { EventLogController } from './event-log.controller';
import { EventLogHandler, OrderEventsHandler, VerifyEventsHandler } from './event-log.query';
import { OrderHistoryController } from './order-history.controller';
import { OrderHistoryHandler } from './order-history.query';
import { OrderTimelineHandler } from './order-timeline.consumer';
import { DiffOrderHandler, OrderStateHandler } from './time-travel.query';
import { OrderTimelineQueryHandler } from './timeline.query';
import { Timelines } from './timelines.store';

addMessages({
  en: { oneOfTwo: 'give version or at, not both' },
  vi: { oneOfTwo: 'chỉ dùng version hoặc at, không dùng cả hai' },
});

export const orderHistoryProviders = [
  OrderHistoryHandler,
  OrderEventsHandler,
  EventLogHandler,
  VerifyEventsHandler,
  OrderStateHandler,
  DiffOrderHandler,
  OrderTimelineQueryHandler,
  OrderTimelineHandler,
  Timelines,
  ProcessJournal,
];
export const orderHistoryControllers = [OrderHistoryController, AuditController, EventLogController];

/** What the timeline hears; to stand among the messages of the context. */
export { heardByTimeline } from './timeline-words';
