import { Injectable } from '@nestjs/common';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import { MacKey } from '#platform/macs';
import { Outbox } from '#messaging';
import { InboxSaga, SagaHandler, type SagaDefinition } from '#messaging/sagas';
import { DatabaseTime } from '#platform/system';
import { compareAfterDrop } from '../sagas/after-drop';
import { timelineRecords } from '../order-history/timelines.store';
import { reactToRefundMessage, type RefundsMessage } from './refunds';
import { CompareRefunds, RefundWaits, RetryRefunds } from './refunds-messages';
import { refundsStatus } from './refunds-status';
import { areKnownRefunds, noRefunds, type Refunds } from './refunds-steps';

const definition: SagaDefinition<Refunds, RefundsMessage> = {
  name: 'refunds',
  version: 1,
  initial: noRefunds,
  react: reactToRefundMessage,
  statusOf: refundsStatus,
  knows: areKnownRefunds,
  records: timelineRecords,
};

@Injectable()
@InboxSaga(
  'refunds',
  [
    ...[OrderRefundRequested, OrderRefunded, OrderRefundFailed],
    ...[PaymentRefunded, RefundRefused],
    RefundWaits,
    ...[RetryRefunds, CompareRefunds],
  ],
  { afterDrop: compareAfterDrop },
)
export class RefundSaga extends SagaHandler<Refunds, RefundsMessage> {
  constructor(outbox: Outbox, time: DatabaseTime, key: MacKey) {
    super(outbox, time, key, definition);
  }
}
