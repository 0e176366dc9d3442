import { Injectable } from '@nestjs/common';
import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
} from '#contracts/ordering';
import { StockCommitRefused, StockCommitted, StockReleased, StockReserved, StockShort } from '#contracts/inventory';
import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { Config } from '#platform/config';
import { Hears, Outbox } from '#platform/messaging';
import { ProcessHandler, type ProcessDefinition } from '#platform/processes';
import { Clock } from '#platform/system';
import { dueAt } from '../model/due.config';
import { hear } from './checkout';
import { CheckoutOverdue, CheckoutWaits, RetryCheckout, WindBackAsked } from './checkout-messages';
import type { CheckoutHears } from './checkout-moves';
import { checkoutStands } from './checkout-stands';
import { start, type Checkout } from './checkout-steps';

const definition = (reservationSeconds: number): ProcessDefinition<Checkout, CheckoutHears> => ({
  name: 'checkout',
  version: 1,
  initial: start,
  hear: (state, heard, now) => {
    const { timers, ...rest } = hear(state, heard, reservationSeconds);
    return { ...rest, timers: timers.map((timer) => dueAt(timer, now)) };
  },
  stands: checkoutStands,
});

@Injectable()
@Hears(
  ...[OrderPlaced, OrderConfirmed, OrderCancellationRequested, OrderCancelled, OrderRefundRequested],
  ...[StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased],
  ...[PaymentTaken, PaymentDeclined, PaymentUnknown, PaymentVoided],
  ...[CheckoutOverdue, CheckoutWaits, RetryCheckout, WindBackAsked],
)
export class CheckoutProcess extends ProcessHandler<Checkout, CheckoutHears> {
  static readonly handler = 'checkout';

  constructor(outbox: Outbox, clock: Clock, config: Config) {
    super(outbox, clock, definition(config.reservationTtlSeconds));
  }
}
