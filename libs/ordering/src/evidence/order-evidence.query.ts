import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore } from '#platform/event-store';
import { OrderNotFound } from '../model/order-errors';
import { OrderTimeline } from '../order-history/timeline.query';
import { ABOUT, FORMAT } from './order-evidence.config';

/** An order's events with all that proves them, as the text of a file. Throws NotSealedYet, LogTampered. */
export class OrderEvidence extends Query<string> {
  constructor(readonly orderId: Uuid) {
    super();
  }
}

@QueryHandler(OrderEvidence)
export class OrderEvidenceHandler implements IQueryHandler<OrderEvidence> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
  ) {}

  async execute({ orderId }: OrderEvidence): Promise<string> {
    const proof = await this.store.prove(orderId);
    if (!proof) throw new OrderNotFound();
    const entries = await this.queries.execute(new OrderTimeline(orderId));
    // What happened while this was put together is for the next file.
    const timeline = entries.filter(({ version }) => version === null || version <= proof.events.length);
    return this.store.attest({ format: FORMAT, about: ABOUT, orderId, ...proof, timeline });
  }
}
