import { Global, Module } from '@nestjs/common';
import { PartErased, PersonErased } from '#contracts/identity';
import * as inventory from '#contracts/inventory';
import * as ordering from '#contracts/ordering';
import * as payments from '#contracts/payments';
import { contextDatabase } from '#platform/database';
import { contextEventStore } from '#platform/event-store';
import { addMessages } from '#platform/http';
import { contextMessaging } from '#platform/messaging';
import { AdvanceOrderHandler } from './advance-order/advance-order.command';
import { AdvanceOrderController } from './advance-order/advance-order.controller';
import { CancelOrderHandler } from './cancel-order/cancel-order.command';
import { CancelOrderController } from './cancel-order/cancel-order.controller';
import { CloseWhenWoundBack } from './cancel-order/close-order.consumer';
import * as checkout from './checkout/checkout-messages';
import { CheckoutProcess } from './checkout/checkout.process';
import { ConfirmWhenCheckedOut } from './confirm-order/confirm-order.consumer';
import { listOrdersControllers, listOrdersProviders } from './list-orders/list-orders.config';
import { ForgetOrderer } from './erase-person/forget-orderer.consumer';
import { OrderAccounts } from './erase-person/order-accounts.store';
import { OrderBooksController } from './erase-person/order-books.controller';
import { StoredOrderBooks } from './erase-person/order-books.query';
import { evidenceControllers, evidenceProviders } from './evidence/evidence.config';
import { KeyedCommands } from './model/keyed-commands.store';
import { orderEvents } from './model/order-events.config';
import { orderFold } from './model/order-snapshots.config';
import { orderTexts } from './model/order-texts';
import { Orders } from './model/orders.store';
import { heardByTimeline, orderHistoryControllers, orderHistoryProviders } from './order-history/order-history.config';
import { ordersTotal } from './place-order/orders-total.config';
import { AccountOf } from './place-order/account-of.adapter';
import { OrderedCarts } from './place-order/ordered-carts.store';
import { Outcomes } from './place-order/outcomes.store';
import { PlaceOrderHandler } from './place-order/place-order.command';
import { PlaceOrderController } from './place-order/place-order.controller';
import { processControllers, processProviders } from './processes/processes.config';
import { projectionControllers, projectionProviders } from './projections/projections.config';
import { RecordWhenRefunded, RecordWhenRefundFailed } from './refund-order/record-refund.consumer';
import { WantRefundAgain } from './refund-order/refund-again.consumer';
import { RefundOrderHandler } from './refund-order/refund-order.command';
import { RefundOrderController } from './refund-order/refund-order.controller';
import * as refunds from './refund-order/refunds-messages';
import { RefundsProcess } from './refund-order/refunds.process';
import { RecordWhenMoneyReturned, RecordWhenReversed } from './reverse-payment/reverse-payment.consumer';
import { salesReportControllers, salesReportProviders } from './sales-report/sales-report.config';
import { trackOrderProviders } from './track-order/track-order.config';
import { viewOrderControllers, viewOrderProviders } from './view-order/view-order.config';
import { whatIfControllers, whatIfProviders } from './what-if/what-if.config';

export { OrderingElsewhereModule } from './ordering-elsewhere.module';

addMessages(orderTexts);

const { OrderBooks, orderCaps: _, ...told } = ordering;

const { StockHeld: _question, ...stock } = inventory; // a question, which is not ours
const messages = [
  ...[...Object.values(told), ...Object.values(stock), ...Object.values(payments)],
  ...[...Object.values(checkout), ...Object.values(refunds), PersonErased, PartErased],
];

/** Global for the one thing it does for others: closing somebody's books. */
@Global()
@Module({
  imports: [
    contextDatabase('ordering'),
    contextMessaging('ordering', [...messages, ...heardByTimeline]),
    contextEventStore('ordering', orderEvents, [orderFold]),
  ],
  controllers: [
    ...[PlaceOrderController, CancelOrderController, AdvanceOrderController, RefundOrderController],
    OrderBooksController,
    ...viewOrderControllers,
    ...listOrdersControllers,
    ...orderHistoryControllers,
    ...evidenceControllers,
    ...whatIfControllers,
    ...salesReportControllers,
    ...projectionControllers,
    ...processControllers,
  ],
  providers: [
    ...[Orders, OrderedCarts, AccountOf, KeyedCommands, Outcomes, ordersTotal],
    ...[PlaceOrderHandler, CancelOrderHandler, AdvanceOrderHandler, RefundOrderHandler],
    ...[CheckoutProcess, ConfirmWhenCheckedOut, CloseWhenWoundBack],
    ...[RecordWhenReversed, RecordWhenMoneyReturned],
    ...[RefundsProcess, RecordWhenRefunded, RecordWhenRefundFailed, WantRefundAgain],
    ...[OrderAccounts, ForgetOrderer, { provide: OrderBooks, useClass: StoredOrderBooks }],
    ...viewOrderProviders,
    ...listOrdersProviders,
    ...orderHistoryProviders,
    ...evidenceProviders,
    ...whatIfProviders,
    ...salesReportProviders,
    ...projectionProviders,
    ...processProviders,
    ...trackOrderProviders,
  ],
  exports: [OrderBooks],
})
export class OrderingModule {}
