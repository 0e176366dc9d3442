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
import { MacKey } from '#platform/macs';
import { Outbox } from '#messaging';
import { InboxSaga, SagaHandler, type SagaDefinition } from '#messaging/sagas';
import { DatabaseTime } from '#platform/system';
import { react } from './checkout';
import { CheckoutOverdue, CheckoutWaits, CompareCheckout, RetryCheckout, WindBackAsked } from './checkout-messages';
import type { CheckoutMessage } from './checkout-moves';
import { timelineRecords } from '../order-history/timelines.store';
import { checkoutStatus } from './checkout-status';
import { initialCheckout, type Checkout } from './checkout-steps';

const definition = (reservationSeconds: number): SagaDefinition<Checkout, CheckoutMessage> => ({
  name: 'checkout',
  version: 1,
  initial: initialCheckout,
  react: (state, message) => react(state, message, reservationSeconds),
  statusOf: checkoutStatus,
  records: timelineRecords,
});

@Injectable()
@InboxSaga('checkout', [
  ...[OrderPlaced, OrderConfirmed, OrderCancellationRequested, OrderCancelled, OrderRefundRequested],
  ...[StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased],
  ...[PaymentTaken, PaymentDeclined, PaymentUnknown, PaymentVoided],
  ...[CheckoutOverdue, CheckoutWaits, RetryCheckout, WindBackAsked, CompareCheckout],
])
export class CheckoutSaga extends SagaHandler<Checkout, CheckoutMessage> {
  constructor(outbox: Outbox, time: DatabaseTime, key: MacKey, config: Config) {
    super(outbox, time, key, definition(config.reservationTtlSeconds));
  }
}
