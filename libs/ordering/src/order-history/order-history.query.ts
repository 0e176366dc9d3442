import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore } from '#platform/event-store';
import { orderLife, type Order, type OrderEvent } from '../model/order';
import { madeOf } from '../model/order-errors';
import type { Reader } from '../view-order/order-view';
import { mustBeTheirs } from '../view-order/view-order.query';
import { inWords, type Locale, type Step } from './history-words';

export type DatedStep = Step & { readonly version: number; readonly at: string };

/** An order's history in its customer's words, out of the stream itself. */
export class OrderHistory extends Query<readonly DatedStep[]> {
  constructor(
    readonly orderId: Uuid,
    readonly reader: Reader,
    readonly locale: Locale,
  ) {
    super();
  }
}

@QueryHandler(OrderHistory)
export class OrderHistoryHandler implements IQueryHandler<OrderHistory> {
  constructor(private readonly store: EventStore) {}

  async execute({ orderId, reader, locale }: OrderHistory): Promise<readonly DatedStep[]> {
    const events = await this.store.read(orderId);
    mustBeTheirs(events, reader);
    let order: Order = orderLife.initial;
    return events.map(({ version, timestamp, ...recorded }) => {
      const event = recorded as unknown as OrderEvent;
      order = madeOf({ type: event.type, version }, () => orderLife.evolve(order, event));
      return { version, at: timestamp.toISOString(), ...inWords(event, locale, order) };
    });
  }
}
