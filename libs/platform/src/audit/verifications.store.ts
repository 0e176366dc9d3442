import type { Uuid } from '#kernel';
import type { Database } from '#database';
import type { MacKey } from '#platform/macs';
import type { AuditVerdict } from './chain-check';
import type { AuditVerification } from './verification';
import { isMacRight, verificationMac, type StoredAuditVerification } from './verification-mac';

export type { AuditVerification } from './verification';

const columns = `id, state, checked, started_at as "startedAt", result,
  trunc(extract(epoch from started_at) * 1000000)::text as micros, mac`;

/**
 * SQL: whether the process of a running verification has probably ended. This is assumed if its last report
 * (`heard_at`) is older than a minute or in the future, or if the verification began more than a day ago.
 */
const GIVEN_UP = `(heard_at < now() - interval '60 seconds' or heard_at > now() + interval '60 seconds'
  or started_at < now() - interval '1 day')`;

/**
 * The verifications of the audit trail. All processes together run only one verification at a time. Rows are deleted
 * after thirty days. A row counts only if its MAC is right, because somebody with the database role of the trail can
 * write false rows.
 */
export class AuditVerificationRows {
  constructor(
    private readonly db: Database,
    private readonly key: MacKey,
  ) {}

  /** Returns undefined if another verification is running. */
  async begin(id: Uuid): Promise<AuditVerification | undefined> {
    await this.db.query(`update verifications set state = 'stopped' where state = 'running' and ${GIVEN_UP}`);
    for (const row of await this.rows(`where state = 'running'`))
      if (!isRunningWithRightMac(this.key, row))
        await this.db.query(`update verifications set state = 'stopped' where id = $1`, [row.id]);
    await this.db.query(
      `delete from verifications where state <> 'running'
         and (started_at < now() - interval '30 days' or started_at > now() + interval '1 day')`,
    );
    return this.db.transaction(async () => {
      const [row] = await this.db.query<StoredAuditVerification>(
        `insert into verifications (id) values ($1) on conflict do nothing returning ${columns}`,
        [id],
      );
      if (!row) return undefined;
      await this.db.query('update verifications set mac = $2 where id = $1', [id, verificationMac(this.key, row)]);
      return withoutMac(row);
    });
  }

  async reportProgress(id: Uuid, checked: number): Promise<void> {
    await this.db.query('update verifications set checked = $2, heard_at = now() where id = $1', [id, checked]);
  }

  /** If somebody has deleted or changed the row, the result is returned but not stored. */
  async end(begun: AuditVerification, result?: AuditVerdict): Promise<AuditVerification> {
    const { id } = begun;
    const [row] = await this.rows('where id = $1', [id]);
    const text = result ? JSON.stringify(result) : null;
    const stored = text === null ? null : (JSON.parse(text) as AuditVerdict);
    if (!row || !isRunningWithRightMac(this.key, row)) {
      await this.db.query(`update verifications set state = 'stopped' where id = $1`, [id]);
      return { ...begun, state: result ? 'done' : 'stopped', result: stored };
    }
    const [ended] = await this.db.query<StoredAuditVerification>(
      `update verifications set state = $2, result = $3, checked = coalesce(($3::jsonb->>'checked')::bigint, checked),
         heard_at = now(), mac = $4
       where id = $1 returning ${columns}`,
      [id, result ? 'done' : 'stopped', text, verificationMac(this.key, { ...row, result: stored })],
    );
    return withoutMac(ended);
  }

  async find(id: Uuid): Promise<AuditVerification | undefined> {
    const [row] = await this.rows('where id = $1', [id]);
    return row && this.hideForgery(row);
  }

  async running(): Promise<AuditVerification | undefined> {
    const [row] = await this.rows(`where state = 'running'`);
    return row && isRunningWithRightMac(this.key, row) ? withoutMac(row) : undefined;
  }

  /** A row without a right MAC is shown as stopped, without a result. */
  private hideForgery(row: StoredAuditVerification): AuditVerification {
    const isGenuine = row.state === 'running' ? isRunningWithRightMac(this.key, row) : isMacRight(this.key, row);
    return withoutMac(isGenuine ? row : { ...row, state: 'stopped', result: null });
  }

  private rows(where: string, values: unknown[] = []): Promise<StoredAuditVerification[]> {
    return this.db.query<StoredAuditVerification>(`select ${columns} from verifications ${where}`, values);
  }
}

/**
 * Whether a process of the shop has begun the verification: the MAC must be right, and a running verification has no
 * result yet.
 */
const isRunningWithRightMac = (key: MacKey, row: StoredAuditVerification): boolean =>
  row.result === null && isMacRight(key, row);

const withoutMac = ({ micros, mac, ...row }: StoredAuditVerification): AuditVerification => row;
