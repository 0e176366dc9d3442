import type { Uuid } from '#kernel';
import type { VerifyResult } from './findings';

export type Cause = 'asked' | 'nightly' | 'tail';

export interface Verification {
  readonly id: Uuid;
  readonly cause: Cause;
  /** `stopped`: no caller waited for the verification any more, the verification failed, or its process ended. */
  readonly state: 'running' | 'done' | 'stopped';
  readonly from: number;
  /** Null means the end of the log. */
  readonly to: number | null;
  /** The position that was reached. */
  readonly checked: number;
  /** The last position that the verification will check; null until its first report. */
  readonly last: number | null;
  readonly startedAt: Date;
  readonly result: VerifyResult | null;
}
