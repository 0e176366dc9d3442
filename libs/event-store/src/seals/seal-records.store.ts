import { statement } from '#database';
import type { SealRecord } from './seal-records';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const FROM = statement(
  'seal-records-from',
  `select number, body, key_id as "keyId", encode(signature, 'hex') as signature
   from ${named.sealRecords} where number >= $1 order by number`,
);

export const readRecordsFrom = (db: StreamDatabase, number: number): Promise<SealRecord[]> =>
  db.query<SealRecord>(FROM, [number]);

const INSERT = statement('seal-record-decide', `select record_seal_decision($1::bigint, $2, $3, $4) as written`);

/** Returns false if another process has already stored a record with this number or a later number. */
export const insertRecord = async (
  db: StreamDatabase,
  { number, body, keyId, signature }: SealRecord,
): Promise<boolean> => (await db.query<{ written: boolean }>(INSERT, [number, body, keyId, signature]))[0].written;
