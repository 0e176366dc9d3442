import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { EventStore } from '#event-store';

const FIND_OUTCOMES = statement(
  'orders-outcomes',
  `select order_id as "orderId", min(version) as version from order_events
   where order_id = any($1::uuid[]) and event_type in ('OrderConfirmed', 'OrderCancelled') group by order_id`,
);
/** The query runs this long after events were numbered, so that orders with new events in this time share one query. */
const PAUSE_MS = 3;
const POLL_MS = 150;

/**
 * Waits for the outcome of pending orders. One query finds the outcomes for all waiting requests. It runs when new
 * events have got their positions, and also at intervals.
 */
@Injectable()
export class Outcomes implements OnModuleInit, OnModuleDestroy {
  private readonly waiting = new Map<Uuid, Set<(version: number | undefined) => void>>();
  private timer?: NodeJS.Timeout;
  private isQuerying = false;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly db: Database,
    private readonly store: EventStore,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.store.onNumbered(() => this.scheduleQuery(PAUSE_MS));
  }

  onModuleDestroy(): void {
    this.stopListening();
    clearTimeout(this.timer);
    for (const waiters of this.waiting.values()) for (const report of waiters) report(undefined);
  }

  /**
   * Resolves with the version at which the order was confirmed or cancelled, or with undefined after the given time.
   */
  wait(orderId: Uuid, milliseconds: number): Promise<number | undefined> {
    return new Promise((resolve) => {
      const waiters = this.waiting.get(orderId) ?? new Set();
      const report = (version: number | undefined) => {
        clearTimeout(timeout);
        waiters.delete(report);
        if (waiters.size === 0) this.waiting.delete(orderId);
        resolve(version);
      };
      const timeout = setTimeout(() => report(undefined), milliseconds);
      this.waiting.set(orderId, waiters.add(report));
      this.scheduleQuery(PAUSE_MS);
    });
  }

  private scheduleQuery(milliseconds: number): void {
    if (this.waiting.size === 0 || this.isQuerying) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.queryOutcomes(), milliseconds);
  }

  private async queryOutcomes(): Promise<void> {
    this.isQuerying = true;
    try {
      const ended = await this.db.query<{ orderId: Uuid; version: number }>(FIND_OUTCOMES, [[...this.waiting.keys()]]);
      for (const { orderId, version } of ended)
        for (const report of [...(this.waiting.get(orderId) ?? [])]) report(Number(version));
    } catch {
      // Perhaps the next query succeeds. If it does not succeed in time, the response shows the order without the
      // outcome.
    } finally {
      this.isQuerying = false;
    }
    this.scheduleQuery(POLL_MS);
  }
}
