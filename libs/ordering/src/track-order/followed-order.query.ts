import type { Uuid } from '#kernel';
import type { EventStore, RecordedEvent } from '#platform/event-store';
import type { Vault } from '#platform/privacy';
import type { OrderEvent } from '../model/order';
import { OrderNotFound } from '../model/order-errors';
import { recorded } from '../projections/recorded';
import { showOrder, showToOwner, type Showing } from '../view-order/order-answer';
import type { OrderView, Reader } from '../view-order/order-view';
import { foldView, mustBeTheirs } from '../view-order/view-order.query';
import type { OrderFeed } from './order-feed.query';
import { follow } from './tracking';

export type Tell = (word: 'snapshot' | 'event', said: object) => void;

/**
 * One order as one client follows it: a snapshot at the version the client has (the present one, if it has none), then
 * every later event once, in version order. What is missing is read from the order's stream.
 */
export class FollowedOrder {
  private view: OrderView | undefined;
  private turn: Promise<void> = Promise.resolve();
  private leave: () => void = () => undefined;
  private over = false;
  private show: Showing = showToOwner;
  /** Heard before the snapshot was out. */
  private readonly early: RecordedEvent[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly feed: OrderFeed,
    private readonly vault: Vault,
    readonly orderId: Uuid,
    private readonly tell: Tell,
    /** It cannot be followed any further; the client has to come again. */
    private readonly failed: () => void,
  ) {}

  /** Throws OrderNotFound for strangers; `reader` is left out for staff. */
  async begin(reader: Reader | undefined, lastVersion: number | undefined): Promise<void> {
    this.show = reader ? showToOwner : showOrder;
    // First the ear, then the eye: what happens in between is heard.
    this.leave = await this.feed.follow(this.orderId, (event) => this.queue([event]));
    try {
      const events = await this.store.read(this.orderId);
      if (reader) mustBeTheirs(events, reader);
      const from = Math.min(lastVersion || events.length, events.length);
      const view = foldView(events.slice(0, from));
      if (!view) throw new OrderNotFound();
      if (this.over) return;
      const order = await this.vault.openAll(this.show(view));
      this.tell('snapshot', { orderId: this.orderId, version: view.version, order });
      this.view = view;
      this.queue([...events.slice(from), ...this.early]);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Whose personal data it tells, once it has begun. */
  get subject(): Uuid | undefined {
    return this.view?.order.placed.subject;
  }

  end(): void {
    this.over = true;
    this.leave();
  }

  private queue(events: readonly RecordedEvent[]): void {
    if (!this.view) return void this.early.push(...events);
    this.turn = this.turn
      .then(() => this.deliver(events))
      .catch(() => {
        this.end();
        this.failed();
      });
  }

  private async deliver(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) {
      if (this.over || !this.view || event.version <= this.view.version) continue;
      if (event.version > this.view.version + 1) {
        await this.deliver(await this.store.read(this.orderId, this.view.version + 1, event.version - 1));
      }
      await this.next(event);
    }
  }

  private async next(event: RecordedEvent): Promise<void> {
    if (event.unreadable) throw event.unreadable;
    const step = this.view && follow(this.view, event as unknown as OrderEvent, recorded(event), this.show);
    if (!step) return;
    const delta = await this.vault.openAll(step.delta);
    if (this.over) return;
    this.view = step.view;
    this.tell('event', delta);
  }
}
