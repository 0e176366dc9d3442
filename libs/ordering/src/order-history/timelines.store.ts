import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database } from '#database';
import { GroupedHandling, groupedStatement, type Envelope } from '#messaging';
import type { StepRecords } from '#messaging/sagas';
import { describeMessage, isTimelineMessage, type Source, type TimelineMessage } from './timeline-texts';

export interface TimelineRow {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly at: string;
  readonly source: Source;
  readonly type: string;
  readonly note: string;
  readonly data: object;
}

export const timelineRowOf = ({ id, type, meta }: Envelope, message: TimelineMessage): TimelineRow => ({
  ...{ id, orderId: message.body.orderId, at: meta.occurredAt, type, data: message.body },
  ...describeMessage(message),
});

/**
 * For the sagas: a saga that handles a message of the timeline stores the entry in the statement that writes its step.
 */
export const timelineRecords: StepRecords = {
  name: 'timeline',
  insert: (rows, taken) =>
    `insert into order_timeline (id, order_id, at, source, type, note, data)
     select id, "orderId", at, source, type, note, data from jsonb_to_recordset(${rows}::jsonb)
       as r(id uuid, "orderId" uuid, at timestamptz, source text, type text, note text, data jsonb)
     where id in (${taken}) order by id on conflict (id) do nothing`,
  rowOf: (envelope, message) => (isTimelineMessage(message) ? timelineRowOf(envelope, message) : undefined),
};

const SAVE_ENTRIES = groupedStatement(
  'timeline-save',
  'id uuid, "orderId" uuid, at timestamptz, source text, type text, note text, data jsonb',
  `insert into order_timeline (id, order_id, at, source, type, note, data)
   select id, "orderId", at, source, type, note, data from given join claim using (seq) order by id
   on conflict (id) do nothing`,
);

/** Stores the messages of other contexts about orders, for the timeline. */
@Injectable()
export class Timelines {
  private readonly entries: GroupedHandling<TimelineRow>;

  constructor(private readonly db: Database) {
    this.entries = new GroupedHandling(db, SAVE_ENTRIES);
  }

  /** Stores the entry. In the same statement, marks the message that is being handled as done. */
  save(row: TimelineRow): Promise<void> {
    return this.entries.write(row);
  }

  /** Returns the stored messages of an order. `at` has microseconds. */
  of(orderId: Uuid): Promise<TimelineRow[]> {
    return this.db.query(
      `select id, order_id as "orderId", to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, source, type, note, data from order_timeline
       where order_id = $1 order by order_timeline.at, id`,
      [orderId],
    );
  }
}
