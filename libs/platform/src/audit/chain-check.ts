import type { Database } from '#database';
import type { SealKey } from '#event-store';
import { hashOfRow, isValidChainSeal, CHAIN_START, type ChainSeal } from './chain';
import { chainSealsAfter, readUnplacedAfter, findOverdueRow, chainedRowsAfter, type ChainedRow } from './chain.store';

export interface AuditVerdict {
  readonly valid: boolean;
  /** How many lines and outcomes were checked and are unchanged. */
  readonly checked: number;
  readonly sealedThrough: number;
  readonly firstBadPosition: number | null;
  readonly reason: string | null;
}

interface CheckOptions {
  /**
   * Looks for a fault that the database alone cannot show, for example that the last lines and their seals were
   * deleted. Returns the fault as text.
   */
  readonly findOtherFault?: () => Promise<string | undefined>;
  readonly onProgress?: (checked: number) => void;
  /** Ends the check between two pages. */
  readonly signal?: AbortSignal;
}

/** Checks the whole chain, page by page. The check ends at the first fault. */
export async function verifyAudit(db: Database, key: SealKey, options: CheckOptions = {}): Promise<AuditVerdict> {
  const { findOtherFault, onProgress, signal } = options;
  let { position, hash } = CHAIN_START;
  const seals = new SealCheck(db, key);
  const invalid = (firstBadPosition: number | null, reason: string): AuditVerdict => ({
    ...{ valid: false, checked: position, sealedThrough: seals.checkedThrough, firstBadPosition, reason },
  });
  const afterPage = () => {
    signal?.throwIfAborted();
    onProgress?.(position);
  };
  for (let rows; (rows = await chainedRowsAfter(db, position)).length > 0; afterPage()) {
    for (const row of rows) {
      const fault = faultOfRow(row, position + 1, hash) ?? (await seals.faultAt(row));
      if (fault) return invalid(position + 1, fault);
      ({ position, hash } = row);
    }
  }
  const sealBeyondEnd = await seals.next();
  if (sealBeyondEnd)
    return invalid(position + 1, `the trail was sealed up to ${sealBeyondEnd.position} and ends at ${position}`);
  const fault = (await findOtherFault?.()) ?? (await findUnplacedRow(db, afterPage));
  if (fault) return invalid(null, fault);
  return { valid: true, checked: position, sealedThrough: seals.checkedThrough, firstBadPosition: null, reason: null };
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Looks for a row that has no place in the chain although it should have one. Returns the fault as text. */
async function findUnplacedRow(db: Database, afterPage: () => void): Promise<string | undefined> {
  const overdue = await findOverdueRow(db);
  if (overdue)
    return `the ${overdue.kind} ${overdue.id} has no place in the chain, although it has waited for more than ten minutes`;
  for (const kind of ['entry', 'outcome'] as const)
    for (let page, from = FIRST_ID; (page = await readUnplacedAfter(db, kind, from)).last !== null; from = page.last) {
      if (page.loose !== null) return `the ${kind} ${page.loose} has no place in the chain`;
      afterPage();
    }
  return undefined;
}

/**
 * Returns what is wrong with a row; undefined if the row is right. The row must have the position `expected`, and its
 * hash must be computed from the hash `previous`.
 */
export function faultOfRow(row: ChainedRow, expected: number, previous: string): string | undefined {
  const { position, kind, id, text, hash } = row;
  if (position !== expected) return `position ${expected} is missing`;
  if (text === null) return `the ${kind} ${id} is gone`;
  if (hashOfRow(previous, position, { kind, id, text }) === hash) return undefined;
  return `the ${kind} ${id}, or its hash, is not what was written`;
}

/** Checks the seals while the rows are read in order. */
class SealCheck {
  /** All seals up to this position were checked and are right. */
  checkedThrough = 0;
  private previous = '';
  private page: ChainSeal[] = [];
  private hasMore = true;

  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
  ) {}

  /** The first seal that was not checked yet. */
  async next(): Promise<ChainSeal | undefined> {
    if (this.page.length === 0 && this.hasMore) {
      this.page = await chainSealsAfter(this.db, this.checkedThrough);
      this.hasMore = this.page.length > 0;
    }
    return this.page[0];
  }

  async faultAt({ position, hash }: ChainedRow): Promise<string | undefined> {
    const seal = await this.next();
    if (!seal || position < seal.position) return undefined;
    if (seal.after !== this.checkedThrough) return `the seal after position ${this.checkedThrough} is missing`;
    if (!isValidChainSeal(this.key, seal, this.previous))
      return `the seal at position ${position} does not have our signature`;
    if (seal.hash !== hash) return `the chain up to ${position} is not what was sealed`;
    this.checkedThrough = seal.position;
    this.previous = seal.signature;
    this.page.shift();
    return undefined;
  }
}
