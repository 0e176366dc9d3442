import { Query, QueryBus, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore, provedColumns } from '#event-store';
import { Slices } from '#platform/system';
import { OrderNotFound } from '../model/order-errors';
import { OrderTimeline } from '../order-history/timeline.query';
import { EVIDENCE_TEXT, EVIDENCE_FORMAT, PROOF_OF_PARTS } from './order-evidence.config';

/** The text of a file with all events of an order and their proofs. Throws NotSealedYet, LogTampered. */
export class OrderEvidence extends Query<string> {
  constructor(
    readonly orderId: Uuid,
    /** Aborted when the client disconnects. */
    readonly gone?: AbortSignal,
  ) {
    super();
  }
}

const toMillis = (at: string): string => at.replace(/(\.\d{3})\d+Z$/, '$1Z');

@QueryHandler(OrderEvidence)
export class OrderEvidenceHandler implements IQueryHandler<OrderEvidence> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
  ) {}

  async execute({ orderId, gone }: OrderEvidence): Promise<string> {
    const slices = new Slices(gone);
    const proof = await this.store.prove(orderId, slices);
    if (!proof) throw new OrderNotFound();
    const entries = await this.queries.execute(new OrderTimeline(orderId, undefined, gone));
    const proved = new Set(proof.events.map((event) => provedColumns(event).version));
    // The timeline leaves out void events without a position, and events that were appended after the proof was made.
    // Times in the timeline have milliseconds, although times of events have microseconds.
    const timeline = entries
      .filter(({ version }) => version === null || proved.has(version))
      .map((entry) => ({ ...entry, at: toMillis(entry.at) }));
    return this.store.attest(
      { format: EVIDENCE_FORMAT, about: EVIDENCE_TEXT, orderId, ...proof, standing: PROOF_OF_PARTS, timeline },
      slices,
    );
  }
}
