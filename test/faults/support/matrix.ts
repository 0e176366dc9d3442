import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', '.faults');

/** `npm run faults` tries everything as often as docs/faults.md says; the suite by itself a bounded part of it. */
const whole = process.env['FAULTS'] === 'whole';
const share = Number(process.env['FAULTS_SHARE'] ?? 1);

export const times = (wholeCount: number, bounded: number): number =>
  whole ? Math.max(bounded, Math.round(wholeCount * share)) : bounded;

export interface Tried {
  /** The row of the table: `kill -9 at every crash point of a checkout`. */
  readonly fault: string;
  readonly tried: number;
  /** Orders, events, messages or writes that were lost, doubled or wrong. */
  readonly lost: number;
  /** Milliseconds until all was well again, one for each time it was measured. */
  readonly recoveryMs?: readonly number[];
  readonly note?: string;
}

/** Kept for the table in docs/faults.md, which `npm run faults` writes. */
export function tell(tried: Tried): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'tried.jsonl'), `${JSON.stringify({ ...tried, at: new Date().toISOString() })}\n`);
}
