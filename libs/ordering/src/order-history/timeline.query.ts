import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { inMicros, type Uuid } from '#kernel';
import { EventStore, instantOfEvent } from '#event-store';
import { SagaJournal } from '#messaging/sagas';
import { Slices } from '#platform/system';
import { makeLineWriter, type Locale } from './history-texts';
import { mergeByTime } from './merge-by-time';
import { readStream } from './order-state.query';
import { noteInLanguage, type Source } from './timeline-texts';
import { Timelines } from './timelines.store';

export interface TimelineItem {
  readonly at: string;
  readonly source: Source | 'order' | 'process';
  readonly type: string;
  readonly note: string;
  readonly version: number | null;
  readonly data: object;
}

/** Everything that happened around an order, sorted by time. */
export class OrderTimeline extends Query<readonly TimelineItem[]> {
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

  async execute({ orderId, locale, gone }: OrderTimeline): Promise<readonly TimelineItem[]> {
    const events = await readStream(this.store, orderId);
    const noteOf = makeLineWriter(events, locale);
    const slices = new Slices(gone);
    const facts = await slices.map(events, (event): TimelineItem => {
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
      ({ saga, version, at, instant, note, requests, ...line }): TimelineItem => {
        const asked = requests.map(({ type }) => type);
        const data = { process: saga, step: version, asked, requests, ...line };
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
    const reports = (await this.timelines.of(orderId)).map(({ at, source, type, note, data }): TimelineItem => {
      const localized = noteInLanguage({ type, note, data }, locale);
      return { at, source, type, note: localized, version: null, data };
    });
    return mergeByTime(facts, [...reports, ...steps]);
  }
}
