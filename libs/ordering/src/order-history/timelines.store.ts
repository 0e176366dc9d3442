import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#platform/database';
import { Gathering, type Claim } from '#platform/messaging';
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
  `with given as materialized (
     select * from jsonb_to_recordset($1::jsonb) as g(seq bigint, by int, id uuid, "orderId" uuid, at timestamptz,
       source text, type text, note text, data jsonb)),
   claim as materialized (
     select i.seq from inbox i join given g on i.seq = g.seq and i.claimed_by = g.by
     where i.state = 'waiting' order by i.seq for update of i),
   done as (
     update inbox i set state = 'done', done_at = now(), claimed_by = 0, error = null from claim where i.seq = claim.seq),
   kept as (
     insert into order_timeline (id, order_id, at, source, type, note, data)
     select id, "orderId", at, source, type, note, data from given join claim using (seq) order by id
     on conflict (id) do nothing)
   select seq from claim`,
);

/** What was heard of orders from elsewhere. */
@Injectable()
export class Timelines {
  private readonly entries: Gathering<{ readonly heard: Heard; readonly claim: Claim }, boolean>;

  constructor(private readonly db: Database) {
    this.entries = new Gathering(async (entries) => {
      const given = entries.map(({ heard, claim }) => ({ ...heard, seq: claim.seq, by: claim.claimedBy }));
      const rows = await db.outside(() => db.query<{ seq: number }>(KEEP, [JSON.stringify(given)]));
      const counted = new Set(rows.map(({ seq }) => seq));
      return entries.map(({ claim }) => counted.has(claim.seq));
    });
  }

  /** One statement for many entries and the inbox rows that brought them; false when somebody else has counted it. */
  keep(heard: Heard, claim: Claim): Promise<boolean> {
    return this.entries.add({ heard, claim });
  }

  of(orderId: Uuid): Promise<(Omit<Heard, 'at'> & { at: Date })[]> {
    return this.db.query(
      `select id, order_id as "orderId", at, source, type, note, data from order_timeline
       where order_id = $1 order by at, id`,
      [orderId],
    );
  }
}
