import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import { backoff } from '../inbox/backoff';
import { withSequence } from '../messages/envelope';
import { FenceLost, type OutboxRow, type Sent } from './outbox.store';
import { readOwedReceivers, deleteOwed, readOwed } from './owed.store';
import { Receiver } from './receiver';
import type { Transport } from './transport';

const BATCH = 200;
const LONGEST_PAUSE_MS = 5_000;
const POLL_MS = 1_000;
/**
 * A relay does not use a list of subscriptions that is older than this. A process that adds subscriptions at its start
 * waits a little longer. So no message is marked as sent because of an outdated list.
 */
export const OLDEST_SUBSCRIPTIONS_MS = 2_000;
/** Forces a new read of the subscriptions. The read also shows whether the receiver is available. */
const READ_AGAIN = 0;

export interface Delivered extends Sent {
  /** When the oldest list of subscriptions for this delivery was read, in monotonic milliseconds. */
  readonly readAt: number;
}

interface Options {
  readonly db: Database;
  readonly transport: Transport;
  /** See `takeFence`. */
  readonly token: string;
  /** The unavailable receivers, for the status of the relay. */
  readonly away: Set<ContextName>;
  readonly log: Logger;
}

/**
 * All receivers of one outbox. Each receiver gets the messages that it subscribed to. An unavailable receiver does not
 * delay other receivers.
 */
export class Receivers {
  private readonly all: Receiver[];
  private readonly stopping = new AbortController();
  private readonly loops = new Map<Receiver, Promise<void>>();

  private constructor(
    private readonly options: Options,
    owedReceivers: readonly ContextName[],
  ) {
    const { db, transport } = options;
    const names = new Set([...transport.receivers, ...owedReceivers]);
    this.all = [...names].map((name) => new Receiver(name, db.context, transport, !owedReceivers.includes(name)));
    for (const receiver of this.all) if (!receiver.isDirect) this.startOwedLoop(receiver);
  }

  static async load(options: Options): Promise<Receivers> {
    return new Receivers(options, await readOwedReceivers(options.db));
  }

  /** Delivers to all receivers in parallel. Messages that could not be delivered are returned as owed. */
  async deliver(messages: readonly OutboxRow[], readSubscriptionsAgain: boolean): Promise<Delivered> {
    const rows = messages.map(withSequence);
    const outcomes = await Promise.all(
      this.all.map((receiver) => this.deliverToOne(receiver, rows, readSubscriptionsAgain)),
    );
    return {
      rows,
      owed: outcomes.flatMap(({ name, owed }) => owed.map(({ seq }) => ({ receiver: name, seq }))),
      readAt: Math.min(...outcomes.map(({ readAt }) => readAt)),
    };
  }

  /**
   * Call this when the delivered messages are marked as sent. A receiver without owed messages returns to direct
   * delivery.
   */
  recordSent({ owed }: Sent): void {
    for (const receiver of this.all) {
      receiver.addOwed(owed.filter((one) => one.receiver === receiver.name).length);
      receiver.returnToDirectIfPossible();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops.values());
  }

  private async deliverToOne(receiver: Receiver, rows: readonly OutboxRow[], readSubscriptionsAgain: boolean) {
    const { name } = receiver;
    if (receiver.isDirect) {
      try {
        return {
          name,
          owed: [],
          readAt: await receiver.deliver(rows, readSubscriptionsAgain ? READ_AGAIN : undefined),
        };
      } catch (error) {
        this.markAway(receiver, error as Error);
        receiver.setAway();
        this.startOwedLoop(receiver);
      }
    }
    const { rows: owed, readAt } = receiver.selectSubscribed(rows);
    return { name, owed, readAt };
  }

  private markAway({ name }: Receiver, error: Error): void {
    const { away, log, db } = this.options;
    if (!away.has(name))
      log.warn(
        `messages of ${db.context} for ${name} are kept, because they cannot be delivered at the moment: ${error.message}`,
      );
    away.add(name);
  }

  private markBack({ name }: Receiver): void {
    const { away, log, db } = this.options;
    if (away.delete(name)) log.log(`${name} has got all messages of ${db.context} that were kept for it`);
  }

  private startOwedLoop(receiver: Receiver): void {
    if (!this.loops.has(receiver)) this.loops.set(receiver, this.deliverOwed(receiver));
  }

  /** Delivers the owed messages to one receiver, oldest first. */
  private async deliverOwed(receiver: Receiver): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const idle = receiver.isDirect || !(await this.deliverOwedBatch(receiver));
        failures = 0;
        if (idle) await receiver.owedAdded.wait(POLL_MS, signal);
      } catch {
        failures++; // not logged here: `markAway` logs an unavailable receiver, and the relay logs its own database
        await pause(backoff(failures, Math.random(), LONGEST_PAUSE_MS), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** False if no message is owed. */
  private async deliverOwedBatch(receiver: Receiver): Promise<boolean> {
    const { db, token } = this.options;
    const owedBefore = receiver.owedTotal;
    const owed = await readOwed(db, receiver.name, BATCH);
    const rows = owed.filter((row): row is OutboxRow => row.id !== null);
    const readAt = await receiver.deliver(rows.map(withSequence), READ_AGAIN).catch((error: Error) => {
      this.markAway(receiver, error);
      throw error;
    });
    // Perhaps the list of subscriptions is outdated now, so the messages are delivered again with a new list.
    if (performance.now() - readAt > OLDEST_SUBSCRIPTIONS_MS) return true;

    if (owed.length === 0) {
      if (receiver.recordNothingOwed(owedBefore)) this.markBack(receiver);
      return false;
    }
    const seqs = owed.map(({ seq }) => seq);
    if (!(await deleteOwed(db, receiver.name, seqs, token))) throw new FenceLost(db.context);
    return true;
  }
}
