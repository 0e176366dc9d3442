import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { Database } from '#database';
import { backoff } from '../inbox/backoff';
import { numbered } from '../messages/envelope';
import { FenceLost, type OutboxRow, type Sent } from './outbox.store';
import { owedReceivers, owedSettled, owedTo } from './owed.store';
import { Receiver } from './receiver';
import type { Transport } from './transport';

const BATCH = 200;
const LONGEST_PAUSE_MS = 5_000;
const POLL_MS = 1_000;
/**
 * A relay does not use subscriptions that are older than this. A process that adds subscriptions at its start waits a
 * little longer, so that no message is marked as sent by an outdated list.
 */
export const OLDEST_SUBSCRIPTIONS_MS = 2_000;
/** Reads the subscriptions again, which also shows whether the receiver is available. */
const AFRESH = 0;

export interface Delivered extends Sent {
  /** When the oldest list of subscriptions in this delivery was read. */
  readonly readAt: number;
}

interface Extent {
  readonly db: Database;
  readonly transport: Transport;
  /** See `takeFence`. */
  readonly token: string;
  /** The names of the receivers that are unavailable, for the status of the relay. */
  readonly away: Set<ContextName>;
  readonly log: Logger;
}

/**
 * All receivers of one outbox. Each one gets what it subscribed to, and an unavailable one does not delay the others.
 */
export class Receivers {
  private readonly all: Receiver[];
  private readonly stopping = new AbortController();
  private readonly loops = new Map<Receiver, Promise<void>>();

  private constructor(
    private readonly extent: Extent,
    owed: readonly ContextName[],
  ) {
    const { db, transport } = extent;
    const names = new Set([...transport.receivers, ...owed]);
    this.all = [...names].map((name) => new Receiver(name, db.context, transport, !owed.includes(name)));
    for (const receiver of this.all) if (!receiver.isDirect) this.pay(receiver);
  }

  static async of(extent: Extent): Promise<Receivers> {
    return new Receivers(extent, await owedReceivers(extent.db));
  }

  /** Delivers to all receivers in parallel. Messages that could not be delivered are returned as owed. */
  async deliver(messages: readonly OutboxRow[], afresh: boolean): Promise<Delivered> {
    const rows = messages.map(numbered);
    const outcomes = await Promise.all(this.all.map((receiver) => this.serve(receiver, rows, afresh)));
    return {
      rows,
      owed: outcomes.flatMap(({ name, owed }) => owed.map(({ seq }) => ({ receiver: name, seq }))),
      readAt: Math.min(...outcomes.map(({ readAt }) => readAt)),
    };
  }

  /**
   * Call this when the delivered messages are marked as sent. A receiver that is owed nothing any more gets its
   * messages directly again.
   */
  marked({ owed }: Sent): void {
    for (const receiver of this.all) {
      receiver.wrote(owed.filter((one) => one.receiver === receiver.name).length);
      receiver.rejoin();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops.values());
  }

  private async serve(receiver: Receiver, rows: readonly OutboxRow[], afresh: boolean) {
    const { name } = receiver;
    if (receiver.isDirect) {
      try {
        return { name, owed: [], readAt: await receiver.deliver(rows, afresh ? AFRESH : undefined) };
      } catch (error) {
        this.isAway(receiver, error as Error);
        receiver.goneAway();
        this.pay(receiver);
      }
    }
    const { rows: owed, readAt } = receiver.heardOf(rows);
    return { name, owed, readAt };
  }

  private isAway({ name }: Receiver, error: Error): void {
    const { away, log, db } = this.extent;
    if (!away.has(name))
      log.warn(`messages of ${db.context} for ${name} are kept until it takes them: ${error.message}`);
    away.add(name);
  }

  private isBack({ name }: Receiver): void {
    const { away, log, db } = this.extent;
    if (away.delete(name)) log.log(`${name} has got all messages of ${db.context} that were kept for it`);
  }

  private pay(receiver: Receiver): void {
    if (!this.loops.has(receiver)) this.loops.set(receiver, this.payInOrder(receiver));
  }

  /** Delivers to one receiver what it is owed, oldest first. */
  private async payInOrder(receiver: Receiver): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const idle = receiver.isDirect || !(await this.payOnce(receiver));
        failures = 0;
        if (idle) await receiver.owing.wait(POLL_MS, signal);
      } catch {
        failures++; // the receiver is away (logged already), or the sender's own database is (the relay logs that)
        await pause(backoff(failures, Math.random(), LONGEST_PAUSE_MS), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** False when nothing is owed. */
  private async payOnce(receiver: Receiver): Promise<boolean> {
    const { db, token } = this.extent;
    const mark = receiver.mark;
    const owed = await owedTo(db, receiver.name, BATCH);
    const rows = owed.filter((row): row is OutboxRow => row.id !== null);
    const readAt = await receiver.deliver(rows.map(numbered), AFRESH).catch((error: Error) => {
      this.isAway(receiver, error);
      throw error;
    });
    if (performance.now() - readAt > OLDEST_SUBSCRIPTIONS_MS) return true; // a new subscription is possible

    if (owed.length === 0) {
      if (receiver.paid(mark)) this.isBack(receiver);
      return false;
    }
    const seqs = owed.map(({ seq }) => seq);
    if (!(await owedSettled(db, receiver.name, seqs, token))) throw new FenceLost(db.context);
    return true;
  }
}
