import type { Uuid } from '#kernel';
import type { Database } from '#database';
import type { AuditVerdict } from './chain-check';

export interface AuditVerification {
  readonly id: Uuid;
  /** `stopped`: all clients that waited for the result have disconnected, or the process has ended. */
  readonly state: 'running' | 'done' | 'stopped';
  readonly checked: number;
  readonly startedAt: Date;
  readonly result: AuditVerdict | null;
}

const columns = `id, state, checked, started_at as "startedAt", result`;

/** Verifications of the audit trail. Only one runs at a time, in all processes. They are deleted after thirty days. */
export class AuditVerificationRows {
  constructor(private readonly db: Database) {}

  /** Undefined if another verification is running. If it has not reported for a minute, it counts as stopped. */
  async begin(id: Uuid): Promise<AuditVerification | undefined> {
    await this.db.query(
      `update verifications set state = 'stopped' where state = 'running' and heard_at < now() - interval '60 seconds'`,
    );
    await this.db.query(
      `delete from verifications where state <> 'running' and started_at < now() - interval '30 days'`,
    );
    const [row] = await this.db.query<AuditVerification>(
      `insert into verifications (id) values ($1) on conflict do nothing returning ${columns}`,
      [id],
    );
    return row;
  }

  async reportProgress(id: Uuid, checked: number): Promise<void> {
    await this.db.query('update verifications set checked = $2, heard_at = now() where id = $1', [id, checked]);
  }

  async end(id: Uuid, result?: AuditVerdict): Promise<AuditVerification> {
    const [row] = await this.db.query<AuditVerification>(
      `update verifications set state = $2, result = $3, checked = coalesce(($3::jsonb->>'checked')::bigint, checked),
         heard_at = now()
       where id = $1 returning ${columns}`,
      [id, result ? 'done' : 'stopped', result ? JSON.stringify(result) : null],
    );
    return row;
  }

  async find(id: Uuid): Promise<AuditVerification | undefined> {
    const sql = `select ${columns} from verifications where id = $1`;
    return (await this.db.query<AuditVerification>(sql, [id]))[0];
  }

  async running(): Promise<AuditVerification | undefined> {
    return (await this.db.query<AuditVerification>(`select ${columns} from verifications where state = 'running'`))[0];
  }
}
