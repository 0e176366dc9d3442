import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { inboxDone, type Claim } from '#platform/messaging';
import type { Source } from './timeline-words';

export interface Heard {
  readonly id: Uuid;
  readonly orderId: Uuid;
  readonly at: string;
  readonly source: Source;
  readonly type: string;
  readonly note: string;
  readonly data: object;
}

const KEEP = statement(
  'timeline-keep',
  `with done as (${inboxDone('$1', '$2')}), kept as (
    insert into order_timeline (id, order_id, at, source, type, note, data)
    select $3::uuid, $4::uuid, $5::timestamptz, $6, $7, $8, $9::jsonb where exists (select from done)
    on conflict (id) do nothing
  ) select seq from done`,
);

/** What was heard of orders from elsewhere. */
@Injectable()
export class Timelines {
  constructor(private readonly db: Database) {}

  /** One statement for the entry and the inbox row that brought it; false when somebody else has counted it. */
  async keep(heard: Heard, claim: Claim): Promise<boolean> {
    const { id, orderId, at, source, type, note, data } = heard;
    const values = [claim.seq, claim.claimedBy, id, orderId, at, source, type, note, JSON.stringify(data)];
    return (await this.db.last(KEEP, values)).length === 1;
  }

  of(orderId: Uuid): Promise<(Omit<Heard, 'at'> & { at: Date })[]> {
    return this.db.query(
      `select id, order_id as "orderId", at, source, type, note, data from order_timeline
       where order_id = $1 order by at, id`,
      [orderId],
    );
  }
}
