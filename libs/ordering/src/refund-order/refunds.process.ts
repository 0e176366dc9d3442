import { OrderRefunded, OrderRefundFailed, OrderRefundRequested } from '#contracts/ordering';
import { PaymentRefunded, RefundRefused } from '#contracts/payments';
import { processHandler, type ProcessDefinition } from '#platform/processes';
import { dueAt } from '../model/due.config';
import { hearOfRefund, noRefunds, type Refunds, type RefundsHear } from './refunds';
import { RefundWaits } from './refunds-messages';

const definition: ProcessDefinition<Refunds, RefundsHear> = {
  name: 'refunds',
  version: 1,
  initial: noRefunds,
  hear: (state, heard, now) => {
    const { timers, ...rest } = hearOfRefund(state, heard);
    return { ...rest, timers: timers.map((timer) => dueAt(timer, now)) };
  },
};

const heard = [
  ...[OrderRefundRequested, OrderRefunded, OrderRefundFailed],
  ...[PaymentRefunded, RefundRefused],
  RefundWaits,
];

export const RefundsProcess = processHandler(heard, definition);
