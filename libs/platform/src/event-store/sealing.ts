import { crashPoint } from '#crash-points';
import type { Database } from '#platform/database';
import { LogTampered } from './errors';
import { merkleRoot } from './merkle';
import { lastNumbered } from './pending';
import type { Seal, SealKey } from './seal-key';
import { hashesBetween, insertSeal, lastSeal } from './seals.store';

/** The most positions under one seal. */
export const STRETCH = 1_000;

type End = Pick<Seal, 'position' | 'signature'>;

const NONE: End = { position: 0, signature: '' };

export const lastEnd = async (db: Database): Promise<End> => (await lastSeal(db)) ?? NONE;

/**
 * Signs the stretch between the last seal and a position. Undefined: somebody sealed from there first. So anyone who
 * holds the key may seal, whoever leads: the table's keys let one seal follow on each.
 */
export async function sealStretch(
  db: Database,
  key: SealKey,
  last: End,
  position: number,
  sealedAt: Date,
): Promise<Seal | undefined> {
  const after = last.position;
  const hashes = await hashesBetween(db, after, position);
  if (hashes.length !== position - after)
    throw new LogTampered(`positions are missing between ${after} and ${position}`);
  const unsigned = { after, position, root: merkleRoot(hashes), hash: hashes.at(-1)!, sealedAt };
  const seal = key.sign(unsigned, last.signature);
  crashPoint('sealer.signed');
  const first = await insertSeal(db, seal);
  crashPoint('sealer.sealed');
  return first ? seal : undefined;
}

/** Seals what is numbered until a position is under a seal. */
export async function sealThrough(db: Database, key: SealKey, position: number, now: () => Date): Promise<void> {
  for (let last = await lastEnd(db); last.position < position; last = await lastEnd(db)) {
    const head = (await lastNumbered(db))?.position ?? 0;
    if (head < position) throw new LogTampered(`it ends at ${head}, and position ${position} was given out`);
    await sealStretch(db, key, last, Math.min(head, last.position + STRETCH), now());
  }
}
