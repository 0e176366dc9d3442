import { Injectable, Logger } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { EventStoreAside, type RecordedEvent } from '#event-store';

const batch = 500;
const LOOK_EVERY_MS = 1_000;

type Heard = (event: RecordedEvent) => void;

/** New events of the orders that clients follow in this process. It reads the log only while there are followers. */
@Injectable()
export class OrderFeed {
  private readonly log = new Logger('Tracking');
  private readonly followers = new Map<Uuid, Set<Heard>>();
  private position = 0;
  private reading: Promise<void> | undefined;
  private again = false;
  private silence: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;
  private started: Promise<void> | undefined;

  constructor(private readonly store: EventStoreAside) {}

  /**
   * Resolves when every event that is numbered from now on will be delivered, in version order. An event may be
   * delivered twice.
   */
  async follow(orderId: Uuid, heard: Heard): Promise<() => void> {
    const all = this.followers.get(orderId) ?? new Set();
    this.followers.set(orderId, all.add(heard));
    this.started ??= this.start();
    try {
      await this.started;
    } catch (error) {
      this.leave(orderId, heard);
      throw error;
    }
    return () => this.leave(orderId, heard);
  }

  private leave(orderId: Uuid, heard: Heard): void {
    const all = this.followers.get(orderId);
    all?.delete(heard);
    if (all?.size === 0) this.followers.delete(orderId);
    if (this.followers.size > 0) return;
    this.silence?.();
    clearInterval(this.timer);
    this.silence = undefined;
    this.started = undefined;
  }

  private async start(): Promise<void> {
    this.position = await this.store.head();
    if (this.followers.size === 0 || this.silence) return;
    this.silence = this.store.onNumbered(() => this.look());
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  private look(): void {
    this.again = true;
    this.reading ??= this.read()
      .catch((error: Error) => this.log.warn(`the log could not be read: ${error.message}`))
      .finally(() => {
        this.reading = undefined;
        if (this.again) this.look();
      });
  }

  private async read(): Promise<void> {
    while (this.again) {
      this.again = false;
      if (this.followers.size === 0) return;
      const events = await this.store.readLog(this.position, batch);
      for (const event of events) {
        this.position = Math.max(this.position, event.position!);
        for (const heard of this.followers.get(event.streamId) ?? []) heard(event);
      }
      if (events.length === batch) this.again = true;
    }
  }
}
