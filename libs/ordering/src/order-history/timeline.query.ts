import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { inMicros, type Uuid } from '#kernel';
import { EventStore, instantOfEvent } from '#event-store';
import { SagaJournal } from '#messaging/sagas';
import { Slices } from '#platform/system';
import { lineTeller, type Locale } from './history-words';
import { sideBySide } from './side-by-side';
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

/** Everything that happened around an order, sorted by time. */
export class OrderTimeline extends Query<readonly Entry[]> {
  constructor(
    readonly orderId: Uuid,
    readonly locale: Locale = 'en',
    /** Aborted when the client disconnects. */
    readonly gone?: AbortSignal,
  ) {
    super();
  }
}

@QueryHandler(OrderTimeline)
export class OrderTimelineQueryHandler implements IQueryHandler<OrderTimeline> {
  constructor(
    private readonly store: EventStore,
    private readonly journal: SagaJournal,
    private readonly timelines: Timelines,
  ) {}

  async execute({ orderId, locale, gone }: OrderTimeline): Promise<readonly Entry[]> {
    const events = await streamOf(this.store, orderId);
    const noteOf = lineTeller(events, locale);
    const slices = new Slices(gone);
    const facts = await slices.map(events, (event): Entry => {
      const { id, position, metadata, type, version } = event;
      const note = noteOf(event);
      return {
        at: instantOfEvent(event),
        source: 'order',
        type,
        note,
        version,
        data: { id, position, metadata },
      };
    });
    const steps = (await this.journal.of(orderId)).map(
      ({ saga, version, at, instant, note, asked, ...line }): Entry => {
        const data = { process: saga, step: version, asked: asked.map(({ type }) => type), requests: asked, ...line };
        return {
          at: instant ?? inMicros(at.toISOString()),
          source: 'process',
          type: line.heard,
          note,
          version: null,
          data,
        };
      },
    );
    const heard = (await this.timelines.of(orderId)).map(({ at, source, type, note, data }): Entry => {
      const localized = keptNote({ type, note, data }, locale);
      return { at, source, type, note: localized, version: null, data };
    });
    return sideBySide(facts, [...heard, ...steps]);
  }
}
