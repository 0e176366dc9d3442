import { Injectable } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { EventBroken, type Message } from '#kernel';
import {
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  OrderRefundRequested,
} from '#contracts/ordering';
import { StockCommitRefused, StockCommitted, StockReleased, StockReserved, StockShort } from '#contracts/inventory';
import { PaymentDeclined, PaymentTaken, PaymentUnknown, PaymentVoided } from '#contracts/payments';
import { isLocked } from '#database';
import { idOfMessage, VersionConflict } from '#event-store';
import { Config } from '#platform/config';
import { MacKey } from '#platform/macs';
import { currentUnit, Outbox } from '#messaging';
import { InboxSaga, isSagaOvertaken, SagaHandler, type PreparedSteps, type SagaDefinition } from '#messaging/sagas';
import { DatabaseTime } from '#platform/system';
import { confirmOrder } from '../confirm-order/confirm-order';
import { commandOf } from '../model/commands-by-message';
import { Orders, type Alongside } from '../model/orders.store';
import { compareAfterDrop } from '../sagas/after-drop';
import { timelineRecords } from '../order-history/timelines.store';
import { react } from './checkout';
import {
  CheckoutOverdue,
  CheckoutWaits,
  CompareCheckout,
  ConfirmOrder,
  RetryCheckout,
  CompensationRequested,
} from './checkout-messages';
import type { CheckoutMessage } from './checkout-moves';
import { checkoutStatus } from './checkout-status';
import { initialCheckout, isKnownCheckout, type Checkout } from './checkout-steps';
import { stepsAlongside } from './steps-alongside.store';

const definition = (reservationSeconds: number): SagaDefinition<Checkout, CheckoutMessage> => ({
  name: 'checkout',
  version: 1,
  initial: initialCheckout,
  react: (state, message) => react(state, message, reservationSeconds),
  statusOf: checkoutStatus,
  knows: isKnownCheckout,
  records: timelineRecords,
});

/** The order cannot be confirmed in the statement that writes the checkout's steps. */
class NotAlongside extends Error {}

@Injectable()
@InboxSaga(
  'checkout',
  [
    ...[OrderPlaced, OrderConfirmed, OrderCancellationRequested, OrderCancelled, OrderRefundRequested],
    ...[StockReserved, StockShort, StockCommitted, StockCommitRefused, StockReleased],
    ...[PaymentTaken, PaymentDeclined, PaymentUnknown, PaymentVoided],
    ...[CheckoutOverdue, CheckoutWaits, RetryCheckout, CompensationRequested, CompareCheckout],
  ],
  { onlyIf: { [OrderConfirmed.type]: '$ ? (!exists(@.knownToCheckout))' }, afterDrop: compareAfterDrop },
)
export class CheckoutSaga extends SagaHandler<Checkout, CheckoutMessage> {
  constructor(
    outbox: Outbox,
    time: DatabaseTime,
    key: MacKey,
    config: Config,
    private readonly orders: Orders,
  ) {
    super(outbox, time, key, definition(config.reservationTtlSeconds));
  }

  override async handle(message: CheckoutMessage): Promise<void> {
    if (message instanceof StockCommitted && (await this.confirmAlongside(message))) return;
    await super.handle(message);
  }

  /**
   * Writes the confirmation of the order and the last two steps of the checkout in one statement. So the checkout needs
   * no request and no answer. Returns false if nothing was written, for example because the order was cancelled or
   * changed at this moment. The checkout then sends the request `ConfirmOrder`.
   */
  private async confirmAlongside(message: StockCommitted): Promise<boolean> {
    const unit = currentUnit();
    if (!unit || unit.attempts > 0) return false;
    const started = await this.reactTo(message);
    const { state, asks } = started.reaction;
    const [request] = asks;
    if (state.step !== 'confirming' || !(request instanceof ConfirmOrder)) return false;
    const { orderId, payment, idempotencyKey } = request.body;
    const { commandId, actor } = commandOf(orderId, idempotencyKey);
    let steps: PreparedSteps | undefined;
    const alongside = (announced: readonly Message[]): Alongside => {
      const index = announced.findIndex((one) => one instanceof OrderConfirmed);
      const { body } = announced[index] as OrderConfirmed;
      const confirmed = new OrderConfirmed({ ...body, knownToCheckout: true });
      const next = { message: confirmed, id: idOfMessage(commandId, index), type: OrderConfirmed.type };
      steps = this.prepareTwoSteps(message, started, next);
      if (steps.requests.length > 0) throw new NotAlongside();
      unit.collectTimers(steps.timers);
      return { messages: announced.with(index, confirmed), guards: stepsAlongside(steps) };
    };
    crashPoint('inbox.before-settle', unit.handler, unit.envelope.type);
    try {
      await this.orders.change({ orderId, commandId, actor, alongside }, (order) => confirmOrder(order, payment));
    } catch (error) {
      if (!canSendRequestInstead(error)) throw error;
    }
    if (!unit.isSettled) {
      unit.takeCollected(); // the timers that were collected for this step are dropped
      steps?.notWritten();
      return false;
    }
    steps?.written();
    return true;
  }
}

const canSendRequestInstead = (error: unknown): boolean =>
  error instanceof NotAlongside ||
  error instanceof VersionConflict ||
  error instanceof EventBroken ||
  isLocked(error) ||
  isSagaOvertaken(error);
