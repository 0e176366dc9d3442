import { statement, type Database } from '#database';
import type { ChainEnd, ChainRow, ChainSeal } from './chain';

/**
 * All values of a row as one canonical text. The time is a numeric, because an infinite time does not fit into a
 * bigint.
 */
const entryText = `jsonb_build_array(e.id, trim_scale(extract(epoch from e.at) * 1000000), e.actor, e.role, e.channel,
  e.operation, e.request, e.targets, e.reason, e.request_id)::text`;
const outcomeText = `jsonb_build_array(o.entry_id, trim_scale(extract(epoch from o.at) * 1000000), o.status, o.code, o.made)::text`;

const CHAIN_END = statement(
  'audit-chain-last',
  `select position, encode(hash, 'hex') as hash from chain order by position desc limit 1`,
);

export const chainEnd = async (db: Database): Promise<ChainEnd | undefined> => (await db.query<ChainEnd>(CHAIN_END))[0];

/** A row that waits for its place in the chain. */
export interface WaitingRow extends Omit<ChainRow, 'text'> {
  /** A number that grows in the order in which rows arrive. */
  readonly arrived: number;
}

const textSql = (kind: string, id: string): string => `case ${kind}
    when 'entry' then (select ${entryText} from entries e where e.id = ${id})
    else (select ${outcomeText} from outcomes o where o.entry_id = ${id}) end`;

const hasNoPlace = 'not exists (select from chain c where c.kind = w.kind and c.row_id = w.row_id)';

const WAITING = statement(
  'audit-chain-waiting',
  `select w.arrived, w.kind, w.row_id as id from waiting w
   where not (w.arrived = any($2::bigint[])) and ${hasNoPlace} order by w.arrived limit $1`,
);

/** The first rows that wait for a place in the chain, in order of arrival. */
export const waitingRows = (db: Database, limit: number, except: readonly number[] = []): Promise<WaitingRow[]> =>
  db.query<WaitingRow>(WAITING, [limit, except]);

const TEXTS = statement(
  'audit-chain-texts',
  `select ${textSql('w.kind', 'w.id')} as text
   from unnest($1::text[], $2::uuid[]) with ordinality as w(kind, id, turn) order by w.turn`,
);

/** The canonical text of each row; null if the row is gone. */
export async function textsOf(db: Database, rows: readonly WaitingRow[]): Promise<(string | null)[]> {
  const values = [rows.map(({ kind }) => kind), rows.map(({ id }) => id)];
  return (await db.query<{ text: string | null }>(TEXTS, values)).map(({ text }) => text);
}

const COUNT = statement(
  'audit-chain-count',
  `select count(*) as count, min(w.arrived) as oldest from waiting w
   where not (w.arrived = any($1::bigint[])) and ${hasNoPlace}`,
);

export interface Waiting {
  readonly count: number;
  /** The number of the waiting row that arrived first. */
  readonly oldest: number | null;
}

export const countWaiting = async (db: Database, except: readonly number[]): Promise<Waiting> =>
  (await db.query<Waiting>(COUNT, [except]))[0];

const ADD_ROWS = statement(
  'audit-chain-add',
  'select chain_rows($1::text[], $2::uuid[], $3::text[], $4::bigint) as added',
);

/** Adds rows to the chain. Returns false if the chain no longer ends at `after`. */
export async function addToChain(
  db: Database,
  rows: readonly ChainRow[],
  hashes: readonly string[],
  after: number,
): Promise<boolean> {
  const values = [rows.map(({ kind }) => kind), rows.map(({ id }) => id), hashes, after];
  return (await db.query<{ added: boolean }>(ADD_ROWS, values))[0].added;
}

const ADD_SEAL = statement(
  'audit-chain-seal',
  'select seal_chain($1::bigint, $2::bigint, $3, $4, $5, $6::timestamptz) as sealed',
);

/** Returns false if another process has sealed first. */
export async function addChainSeal(db: Database, seal: ChainSeal): Promise<boolean> {
  const { position, after, hash, keyId, signature, sealedAt } = seal;
  const [row] = await db.query<{ sealed: boolean }>(ADD_SEAL, [position, after, hash, keyId, signature, sealedAt]);
  return row.sealed;
}

const SEALS = statement(
  'audit-chain-seals',
  `select position, after, encode(hash, 'hex') as hash, key_id as "keyId", encode(signature, 'hex') as signature,
     sealed_at as "sealedAt"
   from seals where position > $1 order by position limit 1000`,
);

export const chainSealsAfter = (db: Database, position: number): Promise<ChainSeal[]> =>
  db.query<ChainSeal>(SEALS, [position]);

const LAST_SEAL = statement(
  'audit-chain-last-seal',
  `select position, after, encode(hash, 'hex') as hash, key_id as "keyId", encode(signature, 'hex') as signature,
     sealed_at as "sealedAt"
   from seals order by position desc limit 1`,
);

const SEAL_AT = statement(
  'audit-chain-seal-at',
  `select encode(signature, 'hex') as signature from seals where position = $1`,
);

export const chainSealAt = async (db: Database, position: number): Promise<Pick<ChainSeal, 'signature'> | undefined> =>
  (await db.query<Pick<ChainSeal, 'signature'>>(SEAL_AT, [position]))[0];

export const lastChainSeal = async (db: Database): Promise<ChainSeal | undefined> =>
  (await db.query<ChainSeal>(LAST_SEAL))[0];

export interface ChainedRow extends Omit<ChainRow, 'text'> {
  readonly position: number;
  readonly hash: string;
  /** Null if the row is gone. */
  readonly text: string | null;
}

/** How many rows of the chain are read at once. */
export const ROWS_PER_PAGE = 1_000;

const CHAINED_ROWS = statement(
  'audit-chain-placed',
  `select c.position, c.kind, c.row_id as id, encode(c.hash, 'hex') as hash,
     ${textSql('c.kind', 'c.row_id')} as text
   from chain c where c.position > $1 order by c.position limit ${ROWS_PER_PAGE}`,
);

export const chainedRowsAfter = (db: Database, position: number): Promise<ChainedRow[]> =>
  db.query<ChainedRow>(CHAINED_ROWS, [position]);

const HASH_AT = statement('audit-chain-hash-at', `select encode(hash, 'hex') as hash from chain where position = $1`);

/** The hash at a position, if there is one. */
export const chainHashAt = async (db: Database, position: number): Promise<string | undefined> =>
  (await db.query<{ hash: string }>(HASH_AT, [position]))[0]?.hash;

const OVERDUE = statement(
  'audit-chain-overdue',
  `select w.kind, w.row_id as id from waiting w
   where w.since < now() - interval '10 minutes' and ${hasNoPlace} order by w.arrived limit 1`,
);

type Unplaced = Omit<ChainRow, 'text'>;

/** A row that has waited for its place for more than ten minutes. */
export const findOverdueRow = async (db: Database): Promise<Unplaced | undefined> =>
  (await db.query<Unplaced>(OVERDUE))[0];

const unplacedSql = (kind: ChainRow['kind'], table: string, id: string) =>
  statement(
    `audit-chain-loose-${kind}`,
    `with page as materialized (select ${id} as id from ${table} where ${id} > $1 order by ${id} limit 5000)
     select (select id from page order by id desc limit 1) as last,
       (select id from page p
        where not exists (select from chain c where c.kind = '${kind}' and c.row_id = p.id)
          and not exists (select from waiting w where w.kind = '${kind}' and w.row_id = p.id) limit 1) as loose`,
  );
const UNPLACED = {
  entry: unplacedSql('entry', 'entries', 'id'),
  outcome: unplacedSql('outcome', 'outcomes', 'entry_id'),
};

/**
 * Reads a page of rows after this id. `loose` is the id of a row that has no place and does not wait for a place; null
 * if the page has no such row. `last` is the last id of the page; null if the page is empty.
 */
export const readUnplacedAfter = async (
  db: Database,
  kind: ChainRow['kind'],
  id: string,
): Promise<{ readonly last: string | null; readonly loose: string | null }> =>
  (await db.query<{ last: string | null; loose: string | null }>(UNPLACED[kind], [id]))[0];
