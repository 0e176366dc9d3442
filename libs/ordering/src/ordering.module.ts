import { Global, Module } from '@nestjs/common';
import { ContextErased, PersonErased } from '#contracts/identity';
import * as inventory from '#contracts/inventory';
import * as ordering from '#contracts/ordering';
import * as payments from '#contracts/payments';
import { contextDatabase } from '#database';
import type { MessageClass } from '#kernel';
import { contextEventStore } from '#event-store';
import { addMessages } from '#platform/http';
import { contextJournal } from '#messaging/journals';
import { LogSubscriptions } from '#event-store/log-subscriptions';
import { contextMessaging } from '#messaging';
import { sagaJournal } from '#messaging/sagas';
import { AdvanceOrderHandler } from './advance-order/advance-order.command';
import { AdvanceOrderController } from './advance-order/advance-order.controller';
import { CancelOrderHandler } from './cancel-order/cancel-order.command';
import { CancelOrderController } from './cancel-order/cancel-order.controller';
import { CloseWhenGivenBack } from './cancel-order/close-order.consumer';
import * as checkout from './checkout/checkout-messages';
import { CheckoutSaga } from './checkout/checkout.saga';
import { ConfirmWhenCheckedOut } from './confirm-order/confirm-order.consumer';
import { HoldOrderHandler, ResumeOrderHandler } from './hold-order/hold-order.command';
import { HoldOrderController } from './hold-order/hold-order.controller';
import { listOrdersControllers, listOrdersProviders } from './list-orders/list-orders.config';
import { ForgetOrderer } from './erase-person/forget-orderer.consumer';
import { OrderAccounts } from './erase-person/order-accounts.store';
import { OrderingAccountsController } from './erase-person/ordering-accounts.controller';
import { StoredOrderingAccounts } from './erase-person/ordering-accounts.query';
import { evidenceControllers, evidenceProviders } from './evidence/evidence.config';
import { IdempotencyKeys, pruneKeys } from './model/idempotency-keys.store';
import { KeyedCommands } from './model/keyed-commands.store';
import { orderEvents } from './model/order-events.config';
import { orderFold } from './model/order-snapshots.config';
import { orderTables } from './model/order-tables.config';
import { orderTexts } from './model/order-texts';
import { Orders } from './model/orders.store';
import { timelineMessages, orderHistoryControllers, orderHistoryProviders } from './order-history/order-history.config';
import { ordersTotal } from './place-order/orders-total.config';
import { CallerAccounts } from './place-order/caller-accounts.adapter';
import { Orderers } from './place-order/orderers.store';
import { OrderedCarts } from './place-order/ordered-carts.store';
import { Outcomes } from './place-order/outcomes.store';
import { PlaceOrderHandler } from './place-order/place-order.command';
import { PlaceOrderController } from './place-order/place-order.controller';
import { sagaControllers, sagaProviders } from './sagas/sagas.config';
import { projectionControllers, projectionProviders } from './projections/projections.config';
import { PersonalValuePlaces } from './model/personal-value-places.adapter';
import { RecordWhenRefunded, RecordWhenRefundFailed } from './refund-order/record-refund.consumer';
import { RequestRefundAgain } from './refund-order/refund-again.consumer';
import { RefundAllowances } from './refund-order/refund-allowances.store';
import { RefundOrderHandler } from './refund-order/refund-order.command';
import { RefundOrderController } from './refund-order/refund-order.controller';
import * as refunds from './refund-order/refunds-messages';
import { RefundSaga } from './refund-order/refunds.saga';
import { RecordWhenMoneyReturned, RecordWhenReversed } from './reverse-payment/reverse-payment.consumer';
import { salesReportControllers, salesReportProviders } from './sales-report/sales-report.config';
import { trackOrderProviders } from './track-order/track-order.config';
import { viewOrderControllers, viewOrderProviders } from './view-order/view-order.config';
import { MendHeadHandler } from './void-event/mend-head.command';
import { MendHeadController } from './void-event/mend-head.controller';
import { ReviewWhenAsked } from './void-event/review-order.consumer';
import { VoidEventHandler } from './void-event/void-event.command';
import { VoidEventController } from './void-event/void-event.controller';
import { whatIfControllers, whatIfProviders } from './what-if/what-if.config';

export { OrderingOverHttpModule } from './ordering-over-http.module';

addMessages(orderTexts);

const { OrderingAccounts } = ordering;

/** The message classes of a contract. A contract also exports lists and questions. */
const messagesIn = (contract: object): readonly MessageClass[] =>
  Object.values(contract).filter(
    (exported): exported is MessageClass => typeof exported === 'function' && 'type' in exported,
  );

const messages = [
  ...[ordering, inventory, payments, checkout, refunds].flatMap(messagesIn),
  ...[PersonErased, ContextErased],
];

/** Global, because other contexts inject `OrderingAccounts`. */
@Global()
@Module({
  imports: [
    contextDatabase('ordering'),
    contextMessaging('ordering', [...messages, ...timelineMessages]),
    contextEventStore('ordering', {
      ...{ tables: orderTables, types: orderEvents },
      ...{ reducers: [orderFold], prunes: [pruneKeys] },
    }),
    contextJournal('ordering', sagaJournal('ordering')),
  ],
  controllers: [
    ...[PlaceOrderController, CancelOrderController, AdvanceOrderController, RefundOrderController],
    ...[HoldOrderController, OrderingAccountsController, VoidEventController, MendHeadController],
    ...viewOrderControllers,
    ...listOrdersControllers,
    ...orderHistoryControllers,
    ...evidenceControllers,
    ...whatIfControllers,
    ...salesReportControllers,
    ...projectionControllers,
    ...sagaControllers,
  ],
  providers: [
    ...[
      Orders,
      PersonalValuePlaces,
      Orderers,
      OrderedCarts,
      CallerAccounts,
      IdempotencyKeys,
      KeyedCommands,
      Outcomes,
      ordersTotal,
    ],
    ...[PlaceOrderHandler, CancelOrderHandler, AdvanceOrderHandler, RefundOrderHandler],
    ...[HoldOrderHandler, ResumeOrderHandler, VoidEventHandler, MendHeadHandler],
    ...[CheckoutSaga, ConfirmWhenCheckedOut, CloseWhenGivenBack],
    ...[RecordWhenReversed, RecordWhenMoneyReturned, ReviewWhenAsked],
    ...[RefundAllowances, RefundSaga, RecordWhenRefunded, RecordWhenRefundFailed, RequestRefundAgain],
    ...[OrderAccounts, ForgetOrderer, { provide: OrderingAccounts, useClass: StoredOrderingAccounts }],
    ...viewOrderProviders,
    ...listOrdersProviders,
    ...orderHistoryProviders,
    ...evidenceProviders,
    ...whatIfProviders,
    ...salesReportProviders,
    ...projectionProviders,
    ...sagaProviders,
    ...trackOrderProviders,
    LogSubscriptions,
  ],
  exports: [OrderingAccounts],
})
export class OrderingModule {}
