import { statement } from '#database';
import type { Seal } from './seal-key';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const sealColumns = `position, after, encode(root, 'hex') as root, encode(hash, 'hex') as hash, key_id as "keyId",
  encode(signature, 'hex') as signature, sealed_at as "sealedAt"`;

const storedColumns = 'position, after, root, hash, key_id, signature, sealed_at';

// Whether a `disowned` record that is not void lists this record. Each `disowned` record also lists the records of all
// earlier lists. So it is enough to look for one later list that contains the `disowned` record itself.
const isDisowned = (record: string) => `exists (select from ${named.sealRecords} d
  where d.kind = 'disowned' and d.disowned @> to_jsonb(${record}) and not exists (
    select from ${named.sealRecords} e where e.kind = 'disowned' and e.number > d.number and e.disowned @> to_jsonb(d.number)))`;

// A seal is not valid if a later record sealed its positions again, or declared the seal void.
const isValid = (record: string) => `not exists (select from ${named.sealRecords} r
  where r.kind = 'resealed' and not ${isDisowned('r.number')} and r.number > ${record} and s.position > r.after
    and (s.position <= r.position or s.after < r.position or r.voided @> to_jsonb(s.position)))`;

/** Each branch of the union has its own limit, so that it reads only a few entries of its index. */
const validSeals = (where: string, direction: 'asc' | 'desc', limit: string) => `select ${sealColumns} from (
  (select ${storedColumns} from ${named.seals} s where ${where} and ${isValid('0')} order by position ${direction} limit ${limit})
  union all
  (select ${storedColumns} from ${named.reseals} s where ${where} and not ${isDisowned('s.record')} and ${isValid('s.record')}
   order by position ${direction} limit ${limit})) s
  order by position ${direction} limit ${limit}`;

const LAST = statement('seal-last-ours', validSeals('true', 'desc', '1'));

export const readLastSeal = async (db: StreamDatabase): Promise<Seal | undefined> => (await db.query<Seal>(LAST))[0];

const SEALS = statement('seals-read-ours', validSeals('position >= $1', 'asc', '$2'));

/** Valid seals by position, starting with the seal that covers this position. */
export const readSealsFrom = (db: StreamDatabase, position: number, limit: number): Promise<Seal[]> =>
  db.query<Seal>(SEALS, [position, limit]);

const BEFORE = statement('seal-before-ours', validSeals('position < $1', 'desc', '1'));

export const readSealBefore = async (db: StreamDatabase, position: number): Promise<Seal | undefined> =>
  (await db.query<Seal>(BEFORE, [position]))[0];

const COUNT = statement(
  'seals-count-ours',
  `select (select count(*) from ${named.seals} s where position <= $1 and ${isValid('0')})
     + (select count(*) from ${named.reseals} s where position <= $1 and not ${isDisowned('s.record')} and ${isValid('s.record')}) as count`,
);

export const countSeals = async (db: StreamDatabase, position: number): Promise<number> =>
  (await db.query<{ count: number }>(COUNT, [position]))[0].count;

// `seal_events` refuses a seal if there is a newer record, because the decision in that record must be applied first.
// It also refuses a seal that does not begin where the newest valid seal ends. `reseal_events` refuses such a seal too.
const INSERT = statement(
  'seal-events',
  `select seal_events($1::bigint, $2::bigint, $3, $4, $5, $6, $7::timestamptz, $8::bigint) as sealed`,
);

const valuesOf = ({ after, position, root, hash, keyId, signature, sealedAt }: Seal) => [
  ...[position, after, root, hash],
  ...[keyId, signature, sealedAt],
];

/**
 * Returns false if the seal does not follow the newest valid seal, for example because another process sealed these
 * positions first. Also returns false if `record` is no longer the newest record.
 */
export const insertSeal = async (db: StreamDatabase, seal: Seal, record: number): Promise<boolean> =>
  (await db.query<{ sealed: boolean }>(INSERT, [...valuesOf(seal), record]))[0].sealed;

const INSERT_RESEAL = statement(
  'reseal-events',
  `select reseal_events($1::bigint, $2::bigint, $3, $4, $5, $6, $7::timestamptz, $8::bigint) as sealed`,
);

export const insertReseal = async (db: StreamDatabase, seal: Seal, record: number): Promise<boolean> =>
  (await db.query<{ sealed: boolean }>(INSERT_RESEAL, [...valuesOf(seal), record]))[0].sealed;

const LAST_RESEAL = statement(
  'reseal-record-last-ours',
  `select max(number) as number from ${named.sealRecords} r where kind = 'resealed' and not ${isDisowned('r.number')}`,
);

/**
 * The number of the last valid record of kind `resealed`. A new seal is stored under this number if a void seal
 * occupies the row of the new seal.
 */
export const readLastReseal = async (db: StreamDatabase): Promise<number | null> =>
  (await db.query<{ number: number | null }>(LAST_RESEAL))[0].number;

const HASHES = statement(
  'log-hashes',
  `select encode(hash, 'hex') as hash from ${named.log} where position > $1 and position <= $2 order by position`,
);

/** The log's hashes at the positions after `after`, up to and including `to`. */
export const readHashesBetween = async (db: StreamDatabase, after: number, to: number): Promise<string[]> =>
  (await db.query<{ hash: string }>(HASHES, [after, to])).map(({ hash }) => hash);

const HASHES_AT = statement(
  'log-hashes-at',
  `select position, encode(hash, 'hex') as hash from ${named.log} where position = any($1::bigint[])`,
);

/** The log's hashes at some positions. Missing positions are left out. */
export async function readHashesAt(
  db: StreamDatabase,
  positions: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await db.query<{ position: number; hash: string }>(HASHES_AT, [positions]);
  return new Map(rows.map(({ position, hash }) => [position, hash]));
}

const UNSEALED = statement(
  'log-unsealed',
  `select (extract(epoch from now() - e."timestamp") * 1000)::float8 as age from ${named.log} l
   join ${named.events} e on e.id = l.event_id where l.position = $1`,
);

/**
 * How many milliseconds the event after a position has waited for its seal, by the database's clock; 0 if there is no
 * such event.
 */
export const readUnsealedMs = async (db: StreamDatabase, after: number): Promise<number> =>
  Math.max(0, (await db.query<{ age: number }>(UNSEALED, [after + 1]))[0]?.age ?? 0);
