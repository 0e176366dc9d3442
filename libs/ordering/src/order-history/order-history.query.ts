import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { isVoiding, type Uuid } from '#kernel';
import { EventStore } from '#event-store';
import { Slices } from '#platform/system';
import { orderReducer, type Order, type OrderEvent } from '../model/order';
import { applyRules } from '../model/order-errors';
import type { Reader } from '../model/readers';
import { mustOwn } from '../view-order/view-order.query';
import { describeFact, type Locale, type Step } from './history-texts';

export type DatedStep = Step & { readonly version: number; readonly at: string };

/** An order's history in words for its customer. The history is read from the stream, not from a read model. */
export class OrderHistory extends Query<readonly DatedStep[]> {
  constructor(
    readonly orderId: Uuid,
    readonly reader: Reader,
    readonly locale: Locale,
    /** Aborted when the client disconnects. */
    readonly gone?: AbortSignal,
  ) {
    super();
  }
}

@QueryHandler(OrderHistory)
export class OrderHistoryHandler implements IQueryHandler<OrderHistory> {
  constructor(private readonly store: EventStore) {}

  async execute({ orderId, reader, locale, gone }: OrderHistory): Promise<readonly DatedStep[]> {
    const events = await this.store.read(orderId);
    mustOwn(events, reader);
    let order: Order = orderReducer.initial;
    const steps = await new Slices(gone).map(events, ({ version, timestamp, ...recorded }): DatedStep[] => {
      if (isVoiding(recorded)) return []; // EventVoided is not a step that the customer should see
      const event = recorded as unknown as OrderEvent;
      return applyRules({ type: event.type, version }, () => {
        order = orderReducer.evolve(order, event);
        return [{ version, at: timestamp.toISOString(), ...describeFact(event, locale, order) }];
      });
    });
    return steps.flat();
  }
}
