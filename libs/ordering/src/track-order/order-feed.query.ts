import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { DetachedEventStore, type RecordedEvent } from '#event-store';

const BATCH = 500;
const POLL_MS = 1_000;

type Listener = (event: RecordedEvent) => void;

/**
 * Delivers new events of the orders that clients of this process follow. The log is read only while there are
 * followers.
 */
@Injectable()
export class OrderFeed {
  private readonly log = new Logger('Tracking');
  private readonly followers = new Map<Uuid, Set<Listener>>();
  private position = 0;
  private reading: Promise<void> | undefined;
  private readAgain = false;
  private stopListening: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private started: Promise<void> | undefined;

  constructor(private readonly store: DetachedEventStore) {}

  /**
   * After the promise has resolved, every event that gets its position later is delivered, in version order. An event
   * can be delivered twice.
   */
  async follow(orderId: Uuid, listener: Listener): Promise<() => void> {
    const listeners = this.followers.get(orderId) ?? new Set();
    this.followers.set(orderId, listeners.add(listener));
    this.started ??= this.start();
    try {
      await this.started;
    } catch (error) {
      this.unfollow(orderId, listener);
      throw error;
    }
    return () => this.unfollow(orderId, listener);
  }

  private unfollow(orderId: Uuid, listener: Listener): void {
    const listeners = this.followers.get(orderId);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.followers.delete(orderId);
    if (this.followers.size > 0) return;
    this.stopListening?.();
    clearInterval(this.timer);
    this.stopListening = undefined;
    this.started = undefined;
  }

  private async start(): Promise<void> {
    this.position = await this.store.head();
    if (this.followers.size === 0 || this.stopListening) return;
    this.stopListening = this.store.onNumbered(() => this.readSoon());
    this.timer = setInterval(() => this.readSoon(), POLL_MS);
  }

  private readSoon(): void {
    this.readAgain = true;
    this.reading ??= this.read()
      .catch((error: Error) => this.log.warn(`the log could not be read: ${error.message}`))
      .finally(() => {
        this.reading = undefined;
        if (this.readAgain) this.readSoon();
      });
  }

  private async read(): Promise<void> {
    while (this.readAgain) {
      this.readAgain = false;
      if (this.followers.size === 0) return;
      const events = await this.store.readLog(this.position, BATCH);
      for (const event of events) {
        this.position = Math.max(this.position, event.position!);
        for (const listener of this.followers.get(event.streamId) ?? []) listener(event);
      }
      if (events.length === BATCH) this.readAgain = true;
    }
  }
}
