import { statement } from '#database';
import type { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

const MOST_EVENTS = 1_000;
const LEAST_EVENTS = 25;
const MOST_BYTES = 8 * 1024 * 1024;
const BATCHES_PER_SAMPLE = 20;

// The average size of the next thousand events. Only every fiftieth of them is measured.
const SAMPLE = statement(
  'projection-portion',
  `select coalesce(avg(octet_length(e.event_data::text)), 0)::float8 as size
   from generate_series($1::bigint + 1, $1::bigint + ${MOST_EVENTS}, 50) as p(position)
   join ${named.log} l on l.position = p.position
   cross join lateral (select event_data from ${named.events} where id = l.event_id limit 1) e`,
);

/** How many events a batch can have: a thousand, or fewer if a thousand events are larger than about 8 MB. */
export class BatchSize {
  private batches = 0;
  private limit = MOST_EVENTS;

  constructor(private readonly db: StreamDatabase) {}

  async eventsAfter(position: number): Promise<number> {
    if (this.batches++ % BATCHES_PER_SAMPLE === 0) {
      const [{ size }] = await this.db.query<{ size: number }>(SAMPLE, [position]);
      this.limit = Math.min(MOST_EVENTS, Math.max(LEAST_EVENTS, Math.floor(MOST_BYTES / Math.max(size, 1))));
    }
    return this.limit;
  }
}
