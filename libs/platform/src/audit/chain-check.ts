import type { Database } from '#database';
import type { SealKey } from '#event-store';
import { chainedRow, chainSealHolds, START, type ChainSeal } from './chain';
import { chainSealsAfter, looseAfter, overdueRow, placedAfter, type PlacedRow } from './chain.store';

export interface AuditVerdict {
  readonly valid: boolean;
  /** Lines and outcomes that are unchanged. */
  readonly checked: number;
  readonly sealedThrough: number;
  readonly firstBadPosition: number | null;
  readonly reason: string | null;
}

interface Walk {
  /** Compares the database with the seal that is remembered outside of it. Returns what is missing. */
  readonly lost?: () => Promise<string | undefined>;
  readonly progress?: (checked: number) => void;
  /** Ends the check between two pages. */
  readonly signal?: AbortSignal;
}

/** Checks the whole chain, page by page. It ends at the first fault. */
export async function verifyAudit(db: Database, key: SealKey, walk: Walk = {}): Promise<AuditVerdict> {
  const { lost, progress, signal } = walk;
  let { position, hash } = START;
  const seals = new Seals(db, key);
  const bad = (firstBadPosition: number | null, reason: string): AuditVerdict => ({
    ...{ valid: false, checked: position, sealedThrough: seals.through, firstBadPosition, reason },
  });
  const goOn = () => {
    signal?.throwIfAborted();
    progress?.(position);
  };
  for (let rows; (rows = await placedAfter(db, position)).length > 0; goOn()) {
    for (const row of rows) {
      const wrong = wrongWith(row, position + 1, hash) ?? (await seals.wrongAt(row));
      if (wrong) return bad(position + 1, wrong);
      ({ position, hash } = row);
    }
  }
  const beyond = await seals.next();
  if (beyond) return bad(position + 1, `the trail was sealed up to ${beyond.position} and ends at ${position}`);
  const wrong = (await lost?.()) ?? (await unplaced(db, goOn));
  if (wrong) return bad(null, wrong);
  return { valid: true, checked: position, sealedThrough: seals.through, firstBadPosition: null, reason: null };
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Looks for a row that has no place in the chain although it should have one. Returns the fault as text. */
async function unplaced(db: Database, goOn: () => void): Promise<string | undefined> {
  const late = await overdueRow(db);
  if (late) return `the ${late.kind} ${late.id} has no place in the chain, though it has waited for ten minutes`;
  for (const kind of ['entry', 'outcome'] as const)
    for (let page, from = FIRST_ID; (page = await looseAfter(db, kind, from)).last !== null; from = page.last) {
      if (page.loose !== null) return `the ${kind} ${page.loose} has no place in the chain`;
      goOn();
    }
  return undefined;
}

/** The fault of a row that should follow the `previous` hash; undefined if it is right. */
export function wrongWith(row: PlacedRow, expected: number, previous: string): string | undefined {
  const { position, kind, id, text, hash } = row;
  if (position !== expected) return `position ${expected} is missing`;
  if (text === null) return `the ${kind} ${id} is gone`;
  if (chainedRow(previous, position, { kind, id, text }) === hash) return undefined;
  return `the ${kind} ${id}, or its hash, is not what was written`;
}

class Seals {
  through = 0;
  private previous = '';
  private page: ChainSeal[] = [];
  private more = true;

  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
  ) {}

  async next(): Promise<ChainSeal | undefined> {
    if (this.page.length === 0 && this.more) {
      this.page = await chainSealsAfter(this.db, this.through);
      this.more = this.page.length > 0;
    }
    return this.page[0];
  }

  async wrongAt({ position, hash }: PlacedRow): Promise<string | undefined> {
    const seal = await this.next();
    if (!seal || position < seal.position) return undefined;
    if (seal.after !== this.through) return `the seal after position ${this.through} is missing`;
    if (!chainSealHolds(this.key, seal, this.previous))
      return `the seal at position ${position} does not bear our signature`;
    if (seal.hash !== hash) return `the chain up to ${position} is not what was sealed`;
    this.through = seal.position;
    this.previous = seal.signature;
    this.page.shift();
    return undefined;
  }
}
