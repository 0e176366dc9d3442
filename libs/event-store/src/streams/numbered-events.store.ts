import { statement } from '#database';
import type { StoredEvent } from '../seals/chain';
import { macColumn, type WithMac } from '../macs/mac-check';
import { canonicalColumns, leftJoinEvent } from './stored';
import type { StreamDatabase } from './stream-database';
import { named } from './table-names';

/** A position of the log with its event. If the event was deleted, its columns are null. */
export interface NumberedEvent extends StoredEvent, WithMac {
  readonly position: number;
  readonly hash: string;
  readonly eventId: string;
}

const NUMBERED = statement(
  'log-verify-marked',
  `select l.position, encode(l.hash, 'hex') as hash, l.event_id as "eventId", ${canonicalColumns}, ${macColumn}
   from ${named.log} l ${leftJoinEvent('l.event_id')}
   where l.position > $1 and l.position <= $2 order by l.position`,
);

/** The positions after `after`, up to and including `to`. */
export const readNumbered = (db: StreamDatabase, after: number, to: number): Promise<NumberedEvent[]> =>
  db.query<NumberedEvent>(NUMBERED, [after, to]);
