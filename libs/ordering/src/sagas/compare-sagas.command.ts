import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '#database';
import type { OrderStatus } from '#contracts/ordering';
import { Inboxes, letterId } from '#messaging/dead-letters';
import { Sagas } from '#messaging/sagas';
import { ReviewOrder } from '../checkout/checkout-messages';
import type { Checkout } from '../checkout/checkout-steps';
import { Orders } from '../model/orders.store';
import type { Refunds } from '../refund-order/refunds-steps';
import { comparedSagas, type ComparedSaga } from './compared-sagas';
import { SagaNotFound } from './saga-errors';
import { parseSagaId } from './saga-id';
import { redact, type SagaIntervention } from './intervene.command';

const MAX_DEAD_LETTERS = 20;

export interface ComparedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly sagas: readonly ComparedSaga[];
  /** The ids of the order's dead letters in ordering. The comparison can wait until they are redriven or dropped. */
  readonly deadLetters: readonly string[];
}

/**
 * Compares an order with its sagas. A saga that has lost a message does what it would have done after the lost message.
 * The id names the order or one of its sagas.
 */
export class CompareSagas extends Command<ComparedOrder> {
  constructor(
    readonly id: string,
    readonly intervention: SagaIntervention,
  ) {
    super();
  }
}

@CommandHandler(CompareSagas)
export class CompareSagasHandler implements ICommandHandler<CompareSagas> {
  constructor(
    private readonly db: Database,
    private readonly sagas: Sagas,
    private readonly orders: Orders,
    private readonly inboxes: Inboxes,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ id, intervention: { by, reason } }: CompareSagas): Promise<ComparedOrder> {
    const orderId = parseSagaId(id)?.orderId;
    if (orderId === undefined) throw new SagaNotFound();
    const checkout = (await this.sagas.view('checkout', orderId))?.state as Checkout | undefined;
    const refunds = (await this.sagas.view('refunds', orderId))?.state as Refunds | undefined;
    const view = await this.orders.view(orderId);
    const dead = await this.inboxes.listDeadLetters({ context: 'ordering', key: orderId }, MAX_DEAD_LETTERS);
    const review = new ReviewOrder({ orderId, by, reason: redact(reason) });
    await this.db.transaction(async () => void this.eventBus.publish(review));
    return {
      orderId,
      status: view.order.status,
      sagas: comparedSagas(view, { checkout, refunds }),
      deadLetters: dead.map(letterId),
    };
  }
}
