import { statement, type Database } from '#platform/database';
import { chained, ORIGIN, type StoredEvent } from './chain';
import { bad, type Tampered, type VerifyResult } from './findings';
import { lastNumbered } from './pending';
import type { SealKey } from './seal-key';
import { SealCheck } from './seal-check';
import { canonicalColumns, joinEventIfThere } from './stored';
import { strayEvent, strayStream } from './strays';

const BATCH = 1_000;

interface Placed extends StoredEvent {
  readonly position: number;
  readonly hash: string;
  readonly eventId: string;
}

const PLACED = statement(
  'log-verify',
  `select l.position, encode(l.hash, 'hex') as hash, l.event_id as "eventId", ${canonicalColumns}
   from order_log l ${joinEventIfThere('l.event_id')}
   where l.position > $1 and l.position <= $2 order by l.position`,
);

const HASH = statement('log-hash', `select encode(hash, 'hex') as hash from order_log where position = $1`);

const WAITING = statement('log-waiting', `select count(*) as waiting from order_pending`);

export interface Span {
  readonly from: number;
  /** The head of the log by default. */
  readonly to?: number;
  readonly progress?: (done: number, last: number) => void;
}

/** Recomputes what is stored, a batch at a time; every batch is one short statement. */
export async function verifyLog(db: Database, key: SealKey, { from, to, progress }: Span): Promise<VerifyResult> {
  const head = (await lastNumbered(db))?.position ?? 0;
  const start = Math.max(1, from);
  const last = Math.min(to ?? head, head);
  const seals = new SealCheck(db, key);
  await seals.begin(start);

  let hash = start === 1 ? ORIGIN : await hashAt(db, start - 1);
  if (hash === undefined) return bad('deleted', start - 1, null, `position ${start - 1} is missing`);
  for (let at = start - 1; at < last;) {
    const rows = await db.query<Placed>(PLACED, [at, Math.min(at + BATCH, last)]);
    if (rows.length === 0) return bad('deleted', at + 1, null, `position ${at + 1} is missing`);
    for (const row of rows) {
      const found = check(row, at + 1, hash, rows);
      if (found) return found;
      hash = row.hash;
      at = row.position;
    }
    const unsealed = await seals.covers(rows);
    if (unsealed) return unsealed;
    progress?.(at, last);
  }
  const cut = await seals.end();
  if (cut) return cut;
  const stray = (await strayEvent(db)) ?? (await strayStream(db));
  if (stray) return stray;

  const [row] = await db.query<{ waiting: number }>(WAITING);
  const events = Math.max(0, last - start + 1);
  const { waiting } = row;
  return { ok: true, from: start, to: last, events, seals: seals.count, sealedThrough: seals.through, waiting, hash };
}

function check(row: Placed, expected: number, previous: string, batch: readonly Placed[]): Tampered | undefined {
  const { position, eventId, hash } = row;
  if (position !== expected) return bad('deleted', expected, null, `position ${expected} is missing`);
  if (row.id === null) return bad('deleted', position, eventId, `the event at position ${position} is gone`);
  if (chained(previous, position, row) === hash) return undefined;
  const other = batch.find((one) => one !== row && one.id !== null && chained(previous, position, one) === hash);
  return other
    ? bad(
        'swapped',
        position,
        eventId,
        `position ${position} was given to event ${other.id}, which now has ${other.position}`,
      )
    : bad('altered', position, eventId, `the event at position ${position}, or its hash, is not what was written`);
}

async function hashAt(db: Database, position: number): Promise<string | undefined> {
  const [row] = await db.query<{ hash: string }>(HASH, [position]);
  return row?.hash;
}
