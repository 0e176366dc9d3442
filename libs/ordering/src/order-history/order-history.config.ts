import { addMessages } from '#platform/http';
import { SagaJournal } from '#messaging/sagas';
import { AuditController } from './audit.controller';
import { EventLogController } from './event-log.controller';
import {
  EventLogHandler,
  ExportEventsHandler,
  LogSealsHandler,
  OrderEventsHandler,
  VerifyEventsHandler,
} from './event-log.query';
import { LogExportController } from './log-export.controller';
import { OrderHistoryController } from './order-history.controller';
import { OrderHistoryHandler } from './order-history.query';
import { OrderTimelineHandler } from './order-timeline.consumer';
import { DiffOrderHandler, OrderStateHandler } from './order-state.query';
import { OrderTimelineQueryHandler } from './timeline.query';
import { Timelines } from './timelines.store';
import { VerifyEventsController } from './verify-events.controller';

addMessages({
  en: {
    oneOfTwo: 'send version or at, not both',
    spanTurned: 'must not be before from',
    spanBeyond: 'is beyond the end of the log, which is {head}',
    VERIFY_RUNNING: 'Verification {id} is running. Follow it, or ask again when it is over.',
    NOTHING_TO_MEND: 'Nothing is wrong with the seals.',
    NOT_MENDABLE: 'A new seal cannot mend this. Verify the log.',
  },
  vi: {
    oneOfTwo: 'chỉ dùng version hoặc at, không dùng cả hai',
    spanTurned: 'không được nhỏ hơn from',
    spanBeyond: 'vượt quá cuối nhật ký, là {head}',
    VERIFY_RUNNING: 'Lượt kiểm tra {id} đang chạy. Hãy theo dõi, hoặc thử lại khi đã xong.',
    NOTHING_TO_MEND: 'Các niêm phong không có gì sai.',
    NOT_MENDABLE: 'Niêm phong mới không sửa được điều này. Hãy kiểm tra nhật ký.',
  },
});

export const orderHistoryProviders = [
  OrderHistoryHandler,
  OrderEventsHandler,
  EventLogHandler,
  VerifyEventsHandler,
  LogSealsHandler,
  ExportEventsHandler,
  OrderStateHandler,
  DiffOrderHandler,
  OrderTimelineQueryHandler,
  OrderTimelineHandler,
  Timelines,
  SagaJournal,
];
export const orderHistoryControllers = [
  OrderHistoryController,
  AuditController,
  EventLogController,
  VerifyEventsController,
  LogExportController,
];

/** The messages of the timeline, for the context's list of messages. */
export { timelineMessages } from './timeline-texts';
