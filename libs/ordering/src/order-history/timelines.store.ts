import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { Gathering, type Claim, type Envelope } from '#messaging';
import type { StepRecords } from '#messaging/sagas';
import { describeMessage, isTimelineMessage, type Source, type TimelineMessage } from './timeline-words';

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

/** A saga that handles a message of the timeline stores the entry in the statement of its step. */
export const timelineRecords: StepRecords = {
  name: 'timeline',
  insert: (rows, taken) =>
    `insert into order_timeline (id, order_id, at, source, type, note, data)
     select id, "orderId", at, source, type, note, data from jsonb_to_recordset(${rows}::jsonb)
       as r(id uuid, "orderId" uuid, at timestamptz, source text, type text, note text, data jsonb)
     where id in (${taken}) order by id on conflict (id) do nothing`,
  rowOf: (envelope, message) => (isTimelineMessage(message) ? timelineRowOf(envelope, message) : undefined),
};

const SAVE_ENTRIES = statement(
  'timeline-keep',
  `with given as materialized (
     select * from jsonb_to_recordset($1::jsonb) as g(seq bigint, message_id uuid, by int, id uuid, "orderId" uuid, at timestamptz,
       source text, type text, note text, data jsonb)),
   claim as materialized (
     select i.seq from (select * from given where seq > 0 and by >= 0 order by seq) g cross join lateral (
       select i.seq from inbox i
       where i.seq = g.seq and i.message_id = g.message_id and i.claimed_by = g.by and i.state || '' = 'waiting'
       offset 0 for update of i) i),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null from claim where i.seq = claim.seq),
   kept as (
     insert into order_timeline (id, order_id, at, source, type, note, data)
     select id, "orderId", at, source, type, note, data from given join claim using (seq) order by id
     on conflict (id) do nothing)
   select seq from claim`,
);

/** The timeline's messages of other contexts about orders. */
@Injectable()
export class Timelines {
  private readonly entries: Gathering<{ readonly row: TimelineRow; readonly claim: Claim }, boolean>;

  constructor(private readonly db: Database) {
    this.entries = new Gathering(async (entries) => {
      const given = entries.map(({ row, claim: { seq, messageId, claimedBy } }) => ({
        ...row,
        ...{ seq, message_id: messageId, by: claimedBy },
      }));
      const rows = await db.outsideTransaction(() => db.query<{ seq: number }>(SAVE_ENTRIES, [JSON.stringify(given)]));
      const keptSeqs = new Set(rows.map(({ seq }) => seq));
      return entries.map(({ claim }) => keptSeqs.has(claim.seq));
    });
  }

  /**
   * Stores the entry and marks its inbox row as done. Entries that come together share one statement. False if the
   * claim was lost.
   */
  save(row: TimelineRow, claim: Claim): Promise<boolean> {
    return this.entries.add({ row, claim });
  }

  /** The stored messages of an order. `at` has microseconds. */
  of(orderId: Uuid): Promise<TimelineRow[]> {
    return this.db.query(
      `select id, order_id as "orderId", to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, source, type, note, data from order_timeline
       where order_id = $1 order by order_timeline.at, id`,
      [orderId],
    );
  }
}
