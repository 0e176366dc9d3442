import type { Uuid } from '#kernel';
import { statement } from '#database';
import { chainFields, ORIGIN } from '../seals/chain';
import type { ProvedSeal } from '../verifications/evidence';
import type { Seal } from '../seals/seal-key';
import { readSealBefore, readSealsFrom } from '../seals/seals.store';
import { canonicalColumns, joinEvent } from '../streams/stored';
import type { NumberedEvent } from '../streams/numbered-events.store';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

const ROWS = statement(
  'events-canonical',
  `select l.position, encode(l.hash, 'hex') as hash, l.event_id as "eventId", ${canonicalColumns},
     (select encode(b.hash, 'hex') from ${named.log} b where b.position = l.position - 1) as before
   from ${named.log} l ${joinEvent('l.event_id')} where l.event_id = any($1::uuid[])`,
);

/** The fields that the hashes of these events cover, by the event's id. */
export async function readCanonicalFields(
  db: StreamDatabase,
  eventIds: readonly Uuid[],
): Promise<ReadonlyMap<Uuid, readonly string[]>> {
  const rows = await db.query<NumberedEvent & { before: string | null }>(ROWS, [eventIds]);
  return new Map(
    rows.map(({ before, ...row }) => [row.eventId, chainFields(before ?? ORIGIN, row.position, row).map(String)]),
  );
}

/** A seal as it is written into exports, with the signature of the seal before it. */
export const toProvedSeal = (seal: Seal, previous: string): ProvedSeal => ({
  ...seal,
  sealedAt: seal.sealedAt.getTime(),
  previous,
});

export async function readProvedSeals(db: StreamDatabase, after: number, limit: number): Promise<ProvedSeal[]> {
  const seals = await readSealsFrom(db, after + 1, limit);
  if (seals.length === 0) return [];
  const before = (await readSealBefore(db, seals[0].position))?.signature ?? '';
  return seals.map((seal, index) => toProvedSeal(seal, index === 0 ? before : seals[index - 1].signature));
}
