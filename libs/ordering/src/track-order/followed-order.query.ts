import { isVoiding, type Uuid } from '#kernel';
import type { EventStore, RecordedEvent } from '#event-store';
import type { Vault } from '#platform/privacy';
import type { OrderEvent } from '../model/order';
import { OrderNotFound } from '../model/order-errors';
import { recordedOf } from '../model/dated-order';
import { showOrder, showToOwner, type ShowOrder } from '../view-order/order-answer';
import type { Reader } from '../model/readers';
import type { OrderView } from '../view-order/order-view';
import { foldView, mustOwn } from '../view-order/view-order.query';
import type { OrderFeed } from './order-feed.query';
import { applyEvent } from './tracking';

export type Send = (event: 'snapshot' | 'event', body: object) => void;

/**
 * One order that one client follows. The client gets a snapshot, then every later event once, in version order. The
 * snapshot has the version that the client already has, or the current version if the client has none. Missing events
 * are read from the order's stream.
 */
export class FollowedOrder {
  private view: OrderView | undefined;
  private deliveries: Promise<void> = Promise.resolve();
  private unfollow: () => void = () => undefined;
  private hasEnded = false;
  private show: ShowOrder = showToOwner;
  /** Events that arrived before the snapshot was sent. */
  private readonly early: RecordedEvent[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly feed: OrderFeed,
    private readonly vault: Vault,
    readonly orderId: Uuid,
    private readonly send: Send,
    /** Called when the order can no longer be followed. The client must reconnect. */
    private readonly onFailure: () => void,
  ) {}

  /**
   * Throws OrderNotFound for a reader who does not own the order. Only one event is read to find this out. `reader` is
   * absent for staff.
   */
  async begin(reader: Reader | undefined, lastVersion: number | undefined): Promise<void> {
    this.show = reader ? showToOwner : showOrder;
    const placed = await this.store.read(this.orderId, 1, 1);
    if (placed.length === 0) throw new OrderNotFound();
    if (reader) mustOwn(placed, reader);
    if (this.hasEnded) return;
    // Subscribe before reading, so that an event that is appended in between is not missed.
    this.unfollow = await this.feed.follow(this.orderId, (event) => this.queue([event]));
    try {
      const events = await this.store.read(this.orderId);
      // If an event was declared void after the client's version, the later events do not lead from that version to the
      // current order. So the client gets a snapshot of the current order.
      const voidedSince = events.some((event) => isVoiding(event) && event.version > (lastVersion ?? 0));
      const from = voidedSince ? Infinity : lastVersion || Infinity;
      const view = foldView(events.filter(({ version }) => version <= from));
      if (!view) throw new OrderNotFound();
      if (this.hasEnded) return;
      const order = await this.vault.openAll(this.show(view), view.id);
      this.send('snapshot', { orderId: this.orderId, version: view.version, order });
      this.view = view;
      this.queue([...events.filter(({ version }) => version > from), ...this.early]);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** The person whose data the order contains. Undefined before `begin` has finished. */
  get subject(): Uuid | undefined {
    return this.view?.order.placed.subject;
  }

  end(): void {
    this.hasEnded = true;
    this.unfollow();
  }

  private queue(events: readonly RecordedEvent[]): void {
    if (!this.view) return void this.early.push(...events);
    this.deliveries = this.deliveries
      .then(() => this.deliver(events))
      .catch(() => {
        this.end();
        this.onFailure();
      });
  }

  private async deliver(events: readonly RecordedEvent[]): Promise<void> {
    for (const event of events) {
      if (this.hasEnded || !this.view || event.version <= this.view.version) continue;
      if (event.version > this.view.version + 1) {
        await this.deliver(await this.store.read(this.orderId, this.view.version + 1, event.version - 1));
      }
      await this.sendEvent(event);
    }
  }

  private async sendEvent(event: RecordedEvent): Promise<void> {
    if (event.unreadable) throw event.unreadable;
    if (isVoiding(event)) throw new Error('an event was declared void: the client needs a new snapshot');
    const step = this.view && applyEvent(this.view, event as unknown as OrderEvent, recordedOf(event), this.show);
    if (!step) return;
    const delta = await this.vault.openAll(step.delta, step.view.id);
    if (this.hasEnded) return;
    this.view = step.view;
    this.send('event', delta);
  }
}
