import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Uuid } from '#kernel';
import { EventStore } from '#platform/event-store';
import { ProcessJournal } from '#platform/processes';
import { linesOf, type Locale } from './history-words';
import { streamOf } from './time-travel.query';
import { keptNote, type Source } from './timeline-words';
import { Timelines } from './timelines.store';

export interface Entry {
  readonly at: string;
  readonly source: Source | 'order' | 'process';
  readonly type: string;
  readonly note: string;
  readonly version: number | null;
  readonly data: object;
}

/** All that happened around an order, in the order it happened. */
export class OrderTimeline extends Query<readonly Entry[]> {
  constructor(
    readonly orderId: Uuid,
    readonly locale: Locale = 'en',
  ) {
    super();
  }
}

@QueryHandler(OrderTimeline)
export class OrderTimelineQueryHandler implements IQueryHandler<OrderTimeline> {
  constructor(
    private readonly store: EventStore,
    private readonly journal: ProcessJournal,
    private readonly timelines: Timelines,
  ) {}

  async execute({ orderId, locale }: OrderTimeline): Promise<readonly Entry[]> {
    const events = await streamOf(this.store, orderId);
    const notes = linesOf(events, locale);
    const facts = events.map((event, index): Entry => {
      const { id, position, metadata, type, version } = event;
      const note = notes[index];
      return {
        at: event.timestamp.toISOString(),
        source: 'order',
        type,
        note,
        version,
        data: { id, position, metadata },
      };
    });
    const steps = (await this.journal.of(orderId)).map(({ process, version, at, note, asked, ...line }): Entry => {
      const data = { process, step: version, asked: asked.map(({ type }) => type), requests: asked, ...line };
      return { at: at.toISOString(), source: 'process', type: line.heard, note, version: null, data };
    });
    const heard = (await this.timelines.of(orderId)).map(({ at, source, type, note, data }): Entry => {
      const told = keptNote({ type, note, data }, locale);
      return { at: at.toISOString(), source, type, note: told, version: null, data };
    });
    const all = [...facts, ...heard, ...steps];
    return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  }
}
