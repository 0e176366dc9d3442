import type { Uuid } from '#kernel';
import type { AuditVerdict } from './chain-check';

export interface AuditVerification {
  readonly id: Uuid;
  /** `stopped`: all clients that waited for the result have disconnected, or the process has ended. */
  readonly state: 'running' | 'done' | 'stopped';
  readonly checked: number;
  readonly startedAt: Date;
  readonly result: AuditVerdict | null;
}
