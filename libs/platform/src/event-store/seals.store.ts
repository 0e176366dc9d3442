import { statement, type Database } from '#platform/database';
import type { Seal } from './seal-key';

const columns = `position, after, encode(root, 'hex') as root, encode(hash, 'hex') as hash, key_id as "keyId",
  encode(signature, 'hex') as signature, sealed_at as "sealedAt"`;

const LAST = statement('seal-last', `select ${columns} from order_seals order by position desc limit 1`);

export const lastSeal = async (db: Database): Promise<Seal | undefined> => (await db.query<Seal>(LAST))[0];

const SEALS = statement(
  'seals-read',
  `select ${columns} from order_seals where position >= $1 order by position limit $2`,
);

/** Seals from the one that covers a position on. */
export const sealsFrom = (db: Database, position: number, limit: number): Promise<Seal[]> =>
  db.query<Seal>(SEALS, [position, limit]);

const BEFORE = statement(
  'seal-before',
  `select ${columns} from order_seals where position < $1 order by position desc limit 1`,
);

export const sealBefore = async (db: Database, position: number): Promise<Seal | undefined> =>
  (await db.query<Seal>(BEFORE, [position]))[0];

const INSERT = statement(
  'seal-insert',
  `insert into order_seals (position, after, root, hash, key_id, signature, sealed_at)
   values ($1, $2, decode($3, 'hex'), decode($4, 'hex'), $5, decode($6, 'hex'), $7)
   on conflict do nothing returning position`,
);

/** False: the stretch was sealed by somebody else first. */
export async function insertSeal(db: Database, seal: Seal): Promise<boolean> {
  const { position, after, root, hash, keyId, signature, sealedAt } = seal;
  return (await db.query(INSERT, [position, after, root, hash, keyId, signature, sealedAt])).length > 0;
}

const HASHES = statement(
  'log-hashes',
  `select encode(hash, 'hex') as hash from order_log where position > $1 and position <= $2 order by position`,
);

/** The log's hashes after one position up to another. */
export const hashesBetween = async (db: Database, after: number, to: number): Promise<string[]> =>
  (await db.query<{ hash: string }>(HASHES, [after, to])).map(({ hash }) => hash);
