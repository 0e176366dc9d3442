import type { Message, Uuid } from '#kernel';
import type { Database } from '#database';
import type { Clock, Ids } from '#platform/system';
import { classOf, makeEnvelope, traceAfter, type Envelope } from '../messages/envelope';
import { sendAlone, type Delivery } from '../hand-over/hand-over.store';
import { Sending } from '../hand-over/sending';
import type { MessageRegistry } from '../messages/registry';
import type { Signal } from '../signal';
import { isAnyDueSoon, type TimerChange } from '../timers/timer';
import { currentTrace, requestTrace, type Trace } from '../messages/trace';
import { currentUnit, checkMayPublish, type UnitOfWork } from '../inbox/unit-of-work';

const BUFFER = Symbol('outbox');

/** The outbox of one context. It stores messages in the same transaction as the work that publishes them. */
export class Outbox {
  constructor(
    readonly db: Database,
    private readonly registry: MessageRegistry,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly relay: Signal,
    private readonly timers: Signal,
    private readonly delivery?: Delivery,
  ) {}

  /**
   * Makes envelopes for `sending`. In a handler, their ids and trace are derived from the handled message.
   * Elsewhere, give `ids` (derived from the command's id) if a repeated command must make messages with the same ids.
   */
  envelopes(messages: readonly Message[], ids?: (index: number) => Uuid, trace?: Trace): Envelope[] {
    const unit = this.unit();
    const now = this.clock.now();
    return messages.map((message, index) => {
      const { type } = classOf(message);
      checkMayPublish(type);
      if (!this.registry.has(type)) throw new Error(`${type} is not among the messages of ${this.db.context}`);
      const id = ids ? ids(index) : unit ? unit.nextId() : this.ids.next();
      const messageTrace = trace ??
        (unit && traceAfter(unit.envelope)) ??
        currentTrace() ?? { ...requestTrace(), correlationId: id };
      return makeEnvelope(message, id, this.db.context, now, messageTrace);
    });
  }

  /** Adds the messages to the handler's last statement, or to the open transaction. Throws if both are missing. */
  send(messages: readonly Message[]): void {
    checkMayPublish(classOf(messages[0]).type);
    const unit = this.unit();
    if (!unit && !this.db.inTransaction())
      throw new Error(`${classOf(messages[0]).type} was published outside a transaction of ${this.db.context}`);
    const ready = this.envelopes(messages);
    if (unit) unit.collectMessages(ready);
    else this.buffer().push(...ready);
  }

  /** Returns what a statement needs to send these messages with `sentSql`. */
  sending(messages: readonly Envelope[]): Sending {
    return new Sending(this.db.context, messages, this.relay, this.delivery);
  }

  /** Call this after a store's own statement has set timers. */
  wakeTimers(changes: readonly TimerChange[]): void {
    if (isAnyDueSoon(changes)) this.timers.raise();
  }

  /** The handling of a message of this context, if this code runs in its handler. */
  unit(): UnitOfWork | undefined {
    const unit = currentUnit();
    return unit?.context === this.db.context ? unit : undefined;
  }

  private buffer(): Envelope[] {
    return this.db.getTransactionLocal(BUFFER, () => {
      const messages: Envelope[] = [];
      this.db.beforeCommit(async () => {
        const sending = this.sending(messages);
        const handed = await sendAlone(this.db, sending);
        this.db.afterCommit(() => sending.sent(handed));
      });
      return messages;
    });
  }
}
