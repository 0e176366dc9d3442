import { Command, CommandHandler, EventBus, type ICommandHandler } from '@nestjs/cqrs';
import { SettleByHand } from '#contracts/payments';
import { Database } from '#database';
import { Inboxes } from '#messaging/dead-letters';
import type { Actor } from '#event-store';
import { redactText } from '#platform/observability';
import { Vault } from '#platform/privacy';
import { SagaJournal, Sagas, type SagaWithState, type ListedSaga } from '#messaging/sagas';
import { Ids } from '#platform/system';
import { RetryCheckout, ReviewOrder, CompensationRequested } from '../checkout/checkout-messages';
import { isCompensating } from '../checkout/checkout-steps';
import { hasOpenMoney, type PlacedState } from '../model/order';
import { Orders } from '../model/orders.store';
import { PersonalValuePlaces } from '../model/personal-value-places.adapter';
import { amountToRetry } from '../refund-order/refund-order';
import type { Refunds } from '../refund-order/refunds-steps';
import { RetryRefunds } from '../refund-order/refunds-messages';
import {
  NoMoneyAwaited,
  NothingToCompensate,
  SagaNotFound,
  SagaOver,
  StillAsked,
  CompensatedAlready,
} from './saga-errors';
import { parseSagaId } from './saga-id';
import { inboxOf, requestIdsOf } from './sagas.query';
import { compensateOrder } from './compensate';

export type MoneyOutcome = SettleByHand['body']['found'];

/** The person who acts on a saga, and the reason. */
export interface SagaIntervention {
  readonly actor: Actor;
  /** The person, as the journal shows them: the id of a user, or the name of an operator. */
  readonly by: string;
  /** Stored in the journal after e-mail addresses and numbers were removed. It should contain no names. */
  readonly reason: string | null;
}

/**
 * Sends the requests of the current step again with the same keys. It also redrives the saga's dead letters, and makes
 * its postponed messages due now.
 */
export class RetrySaga extends Command<ListedSaga> {
  constructor(
    readonly id: string,
    readonly intervention: SagaIntervention,
  ) {
    super();
  }
}

@CommandHandler(RetrySaga)
export class RetrySagaHandler implements ICommandHandler<RetrySaga> {
  constructor(
    private readonly db: Database,
    private readonly sagas: Sagas,
    private readonly journal: SagaJournal,
    private readonly inboxes: Inboxes,
    private readonly orders: Orders,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ id, intervention: { by, reason } }: RetrySaga): Promise<ListedSaga> {
    const saga = await findSaga(this.sagas, id);
    const messages = await this.retryMessages(saga, { orderId: saga.id, by, reason: redact(reason) });
    const requests = requestIdsOf(await this.journal.of(saga.id, saga.name));
    await this.inboxes.wake(requests, inboxOf(saga));
    await this.db.transaction(async () => void this.eventBus.publishAll([...messages]));
    return saga;
  }

  /**
   * The messages that retry the saga. For refunds, the order's stream decides what is still owed, because staff may
   * have given money back by hand.
   */
  private async retryMessages(
    saga: ListedSaga,
    about: RetryCheckout['body'],
  ): Promise<readonly (RetryRefunds | RetryCheckout | ReviewOrder)[]> {
    const { name, status, step } = saga;
    const review = new ReviewOrder({ orderId: about.orderId });
    if (name === 'checkout' && status !== 'over')
      return step === 'waiting' ? [new RetryCheckout(about), review] : [new RetryCheckout(about)];
    const { order, version } = await this.orders.view(about.orderId);
    if (name === 'refunds') {
      // The saga needs attention although nothing is owed, because an event was declared void. So the saga is compared
      // with the order.
      if (status === 'needs-attention' && !owesMoney(order)) return [review];
      return [new RetryRefunds({ ...about, owed: amountToRetry(order), version }), review];
    }
    if (order.status === 'pending') return [review];
    throw new SagaOver(step);
  }
}

const owesMoney = (order: PlacedState): boolean => 'refunds' in order && hasOpenMoney(order);

/** Makes a checkout give back the money and the goods that it has taken. */
export class CompensateSaga extends Command<ListedSaga> {
  constructor(
    readonly id: string,
    readonly intervention: SagaIntervention,
    /** What staff found out about the money, if its provider cannot be asked. */
    readonly money?: MoneyOutcome,
  ) {
    super();
  }
}

@CommandHandler(CompensateSaga)
export class CompensateSagaHandler implements ICommandHandler<CompensateSaga> {
  constructor(
    private readonly db: Database,
    private readonly sagas: Sagas,
    private readonly orders: Orders,
    private readonly vault: Vault,
    private readonly places: PersonalValuePlaces,
    private readonly ids: Ids,
    private readonly eventBus: EventBus,
  ) {}

  async execute({ id, intervention, money }: CompensateSaga): Promise<ListedSaga> {
    const saga = await findSaga(this.sagas, id);
    if (saga.status === 'over') throw new SagaOver(saga.step);
    if (money === undefined) return this.compensateOrder(saga, intervention);
    if (saga.status !== 'needs-attention') throw new StillAsked(saga.step);
    const { orderId, refunds } = refundsToSettle(saga);
    if (saga.name === 'checkout' && !isCompensating(saga.step)) await this.compensateOrder(saga, intervention);
    const settle = (refundId: string | null) => {
      const idempotencyKey = `by-hand:${orderId}:${refundId ?? 'payment'}`;
      const reason = redact(intervention.reason);
      const outcome = { found: money, by: intervention.by, ...(reason && { reason }) };
      return new SettleByHand({ orderId, refundId, ...outcome, idempotencyKey });
    };
    await this.db.transaction(async () => void this.eventBus.publishAll(refunds.map(settle)));
    return saga;
  }

  private async compensateOrder(saga: ListedSaga, { actor, by, reason }: SagaIntervention): Promise<ListedSaga> {
    if (saga.name !== 'checkout') throw new NothingToCompensate();
    if (isCompensating(saga.step)) throw new CompensatedAlready(saga.step);
    const orderId = saga.id;
    const { id, order } = await this.orders.view(orderId);
    const place = this.places.of(id, 'reason');
    const sealed = reason === null ? null : await this.vault.sealWithExistingKey(order.placed.subject, reason, place);
    await this.orders.change({ orderId, commandId: this.ids.next(), actor }, (now) => compensateOrder(now, sealed));
    // Perhaps the checkout has lost the message about an earlier cancellation request, or about the placed order. The
    // comparison replaces the lost message.
    const lostMessage = saga.step === 'waiting' || (order.status === 'pending' && order.cancellationRequested !== null);
    const messages = [
      new CompensationRequested({ orderId, by, reason: redact(reason) }),
      ...(lostMessage ? [new ReviewOrder({ orderId })] : []),
    ];
    await this.db.transaction(async () => void this.eventBus.publishAll(messages));
    return saga;
  }
}

/** The refunds for which the saga waits for a provider. Null means the order's payment. */
function refundsToSettle({ id: orderId, name, step, state }: SagaWithState): {
  orderId: string;
  refunds: readonly (string | null)[];
} {
  if (name === 'refunds') {
    const all = Object.entries((state as Refunds).refunds);
    const waiting = all.filter(([, refund]) => refund.step === 'paying-back').map(([refundId]) => refundId);
    if (waiting.length === 0) throw new NoMoneyAwaited(step);
    return { orderId, refunds: waiting };
  }
  if (step !== 'paying' && step !== 'voiding') throw new NoMoneyAwaited(step);
  return { orderId, refunds: [null] };
}

export const redact = (reason: string | null): string | null => reason && redactText(reason);

async function findSaga(sagas: Sagas, id: string): Promise<SagaWithState> {
  const ref = parseSagaId(id);
  const saga = ref && (await sagas.view(ref.name, ref.orderId));
  if (!saga) throw new SagaNotFound();
  return saga;
}
