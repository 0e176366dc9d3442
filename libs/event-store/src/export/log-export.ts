import { createHash } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { statement } from '#database';
import { canonicalJson, netstrings } from '#platform/canonical';
import { chainFields, ORIGIN } from '../seals/chain';
import { readLogEnd } from '../sequencer/pending';
import type { SealKey } from '../seals/seal-key';
import { readHashesAt, readSealBefore, readSealsFrom } from '../seals/seals.store';
import { sortRecords } from '../seals/seal-records';
import { readRecordsFrom } from '../seals/seal-records.store';
import { canonicalColumns, joinEvent } from '../streams/stored';
import type { NumberedEvent } from '../streams/numbered-events.store';
import { toProvedSeal } from './canonical';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

export const EXPORT_FORMAT = 'coffee-tea.log-export.1';

const ABOUT =
  'The log of all orders. Each line is one JSON object: an event as it was hashed, a seal, or a decision about the seals. ' +
  'Personal values stay sealed. Check the file with: npm run shop -- events verify-export';

/** The signed text of an export. `digest` covers every byte of all lines except the last one. */
export const exportText = (keyId: string, digest: string): string => netstrings([EXPORT_FORMAT, keyId, digest]);

const BATCH = 500;

const ROWS = statement(
  'log-export',
  `select l.position, encode(l.hash, 'hex') as hash, l.event_id as "eventId", ${canonicalColumns}
   from ${named.log} l ${joinEvent('l.event_id')}
   where l.position > $1 and l.position <= $2 order by l.position`,
);

/**
 * The lines of an export, each with its line break. The export begins with the first position of the seal that covers
 * `from`. It ends with the seal that covers `to`, or at the end of the log. So it contains all positions that its seals
 * cover.
 */
export async function* exportLog(db: StreamDatabase, key: SealKey, from = 1, to?: number): AsyncGenerator<string> {
  const digest = createHash('sha256');
  const toLine = (value: object): string => {
    const text = `${canonicalJson(value)}\n`;
    digest.update(text);
    return text;
  };
  const head = (await readLogEnd(db))?.position ?? 0;
  const [first] = await readSealsFrom(db, from, 1);
  const [lastSeal] = to === undefined ? [] : await readSealsFrom(db, to, 1);
  const start = Math.min(first ? first.after + 1 : from, from);
  const end = Math.min(lastSeal?.position ?? head, head);
  const before = start > 1 ? (await readHashesAt(db, [start - 1])).get(start - 1) : ORIGIN;
  const keys = key.trusted.all;
  yield toLine({ format: EXPORT_FORMAT, about: ABOUT, from: start, to: end, before: before ?? ORIGIN, keys });
  // A record that the shop did not sign and that is not void is exported too, so that a check of the export reports it.
  const { ours, foreignNotVoid } = sortRecords(key.trusted, await readRecordsFrom(db, 1));
  for (const record of [...ours, ...foreignNotVoid]) yield toLine({ record });

  let previous = (await readSealBefore(db, start))?.signature ?? '';
  let hash = before ?? ORIGIN;
  let [events, seals] = [0, 0];
  for (let at = start - 1; at < end;) {
    const [seal] = await readSealsFrom(db, at + 1, 1);
    const upTo = Math.min(seal?.position ?? end, end, at + BATCH);
    for (const row of await db.query<NumberedEvent>(ROWS, [at, upTo])) {
      yield toLine({ event: { fields: chainFields(hash, row.position, row).map(String), hash: row.hash } });
      hash = row.hash;
      events += 1;
    }
    at = upTo;
    if (seal?.position === at) {
      yield toLine({ seal: toProvedSeal(seal, previous) });
      previous = seal.signature;
      seals += 1;
    }
    await yieldToOthers();
  }
  const signature = { keyId: key.id, value: key.signText(exportText(key.id, digest.digest('hex'))) };
  yield `${canonicalJson({ end: { events, seals, hash }, signature })}\n`;
}
