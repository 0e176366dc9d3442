import { Injectable } from '@nestjs/common';
import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import { Hears, Outbox } from '#platform/messaging';
import { ProcessHandler, type ProcessDefinition } from '#platform/processes';
import { Clock } from '#platform/system';
import { dueAt } from '../model/due.config';
import { hearOfRefund, noRefunds, type Refunds, type RefundsHear } from './refunds';
import { RefundWaits, RetryRefunds } from './refunds-messages';
import { refundsStand } from './refunds-stand';

const definition: ProcessDefinition<Refunds, RefundsHear> = {
  name: 'refunds',
  version: 1,
  initial: noRefunds,
  hear: (state, heard, now) => {
    const { timers, ...rest } = hearOfRefund(state, heard);
    return { ...rest, timers: timers.map((timer) => dueAt(timer, now)) };
  },
  stands: refundsStand,
};

@Injectable()
@Hears(
  ...[OrderRefundRequested, OrderRefunded, OrderRefundFailed],
  ...[PaymentRefunded, RefundRefused],
  RefundWaits,
  RetryRefunds,
)
export class RefundsProcess extends ProcessHandler<Refunds, RefundsHear> {
  static readonly handler = 'refunds';

  constructor(outbox: Outbox, clock: Clock) {
    super(outbox, clock, definition);
  }
}
