import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', '.faults');

/**
 * `npm run faults` repeats each fault as often as docs/faults.md says. Without `FAULTS=whole`, each fault is repeated
 * less often.
 */
const isFullRun = process.env['FAULTS'] === 'whole';
const share = Number(process.env['FAULTS_SHARE'] ?? 1);

export const repeatCount = (wholeCount: number, shortCount: number): number =>
  isFullRun ? Math.max(shortCount, Math.round(wholeCount * share)) : shortCount;

export interface FaultResult {
  /** The name of the row in the table, such as `kill -9 at every crash point of a checkout`. */
  readonly fault: string;
  readonly tried: number;
  /** Orders, events, messages or writes that were lost, doubled or wrong. */
  readonly lost: number;
  /** The recovery times in milliseconds, one for each measurement. */
  readonly recoveryMs?: readonly number[];
  readonly note?: string;
}

/** Stores a result. `npm run faults` makes the table in docs/faults.md from these results. */
export function recordResult(result: FaultResult): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'tried.jsonl'), `${JSON.stringify({ ...result, at: new Date().toISOString() })}\n`);
}
