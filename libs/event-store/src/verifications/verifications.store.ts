import type { Uuid } from '#kernel';
import type { MacKey } from '#platform/macs';
import type { CheckResult } from '#platform/system';
import type { VerifyResult } from './findings';
import type { Cause, Verification } from './verification';
import { isMacRight, verificationMac, type StoredVerification } from './verification-mac';
import type { StreamDatabase } from '../streams/stream-database';
import { named } from '../streams/table-names';

export type { Cause, Verification } from './verification';

const columns = `id, cause, state, from_position as "from", to_position as "to", checked, last,
  started_at as "startedAt", result, trunc(extract(epoch from started_at) * 1000000)::text as micros, mac`;

/**
 * SQL: whether the process of a running verification has probably ended. This is assumed if its last report
 * (`heard_at`) is older than a minute or in the future, or if the verification began more than a day ago.
 */
const GIVEN_UP = `(heard_at < now() - interval '60 seconds' or heard_at > now() + interval '60 seconds'
  or started_at < now() - interval '1 day')`;

const PAGE = 100;

/**
 * The verifications and their results. All processes together run only one verification at a time. Only results with a
 * correct MAC are used, because somebody with the database role of the shop can write false results. Results of builds
 * without this MAC are not used.
 */
export class VerificationRows {
  constructor(
    private readonly db: StreamDatabase,
    private readonly key: MacKey,
  ) {}

  /** Returns undefined if another verification is running. */
  async begin(id: Uuid, cause: Cause, from: number, to?: number): Promise<Verification | undefined> {
    await this.db.query(`update ${named.verifications} set state = 'stopped' where state = 'running' and ${GIVEN_UP}`);
    const running = (await this.rows(`where state = 'running'`))[0];
    if (running && !isMacRight(this.key, running))
      await this.db.query(`update ${named.verifications} set state = 'stopped' where id = $1`, [running.id]);
    return this.db.transaction(async () => {
      const [row] = await this.db.query<StoredVerification>(
        `insert into ${named.verifications} (id, cause, from_position, to_position) values ($1, $2, $3, $4)
         on conflict do nothing returning ${columns}`,
        [id, cause, from, to ?? null],
      );
      if (!row) return undefined;
      const mac = verificationMac(this.key, row);
      await this.db.query(`update ${named.verifications} set mac = $2 where id = $1`, [id, mac]);
      return withoutMac(row);
    });
  }

  async storeProgress(id: Uuid, checked: number, last: number): Promise<void> {
    await this.db.query(`update ${named.verifications} set checked = $2, last = $3, heard_at = now() where id = $1`, [
      id,
      checked,
      last,
    ]);
  }

  /** If somebody has deleted or changed the row, the result is returned but not stored. */
  async finish(begun: Verification, result?: VerifyResult): Promise<Verification> {
    const { id } = begun;
    const [row] = await this.rows('where id = $1', [id]);
    const text = result ? JSON.stringify(result) : null;
    const found = text === null ? null : (JSON.parse(text) as VerifyResult);
    if (!row || !isMacRight(this.key, row)) {
      await this.db.query(`update ${named.verifications} set state = 'stopped' where id = $1`, [id]);
      return { ...begun, state: result ? 'done' : 'stopped', result: found };
    }
    const [ended] = await this.db.query<StoredVerification>(
      `update ${named.verifications} set state = $2, result = $3, heard_at = now(), mac = $4,
         checked = coalesce(($3::jsonb->>'to')::bigint, checked), last = coalesce(($3::jsonb->>'to')::bigint, last)
       where id = $1 returning ${columns}`,
      [id, result ? 'done' : 'stopped', text, verificationMac(this.key, { ...row, result: found })],
    );
    return withoutMac(ended);
  }

  async find(id: Uuid): Promise<Verification | undefined> {
    const [row] = await this.rows('where id = $1', [id]);
    return row && this.hideForgedResult(row);
  }

  async findRunning(): Promise<Verification | undefined> {
    const [row] = await this.rows(`where state = 'running'`);
    return row && this.hideForgedResult(row);
  }

  async recent(limit: number): Promise<Verification[]> {
    return (await this.rows('where isfinite(started_at) order by started_at desc, id limit $1', [limit])).map((row) =>
      this.hideForgedResult(row),
    );
  }

  /**
   * The result of the newest verification that shows whether the log is good. Such a verification has findings, or it
   * covers the whole log and has no findings.
   */
  async readLastResult(): Promise<CheckResult | undefined> {
    const found = await this.findFirstOurs(
      `where state = 'done' and isfinite(started_at) and (result->>'ok' = 'false'
         or result->>'ok' = 'true' and from_position = 1 and to_position is null) order by started_at desc, id`,
    );
    return found && checkResultOf(found);
  }

  /**
   * The last sealed position up to which a nightly verification, or a verification of the end of the log, found
   * nothing; 0 if there is no such verification.
   */
  async findLastGoodPosition(): Promise<number> {
    const through = `case when jsonb_typeof(result->'sealedThrough') = 'number' and jsonb_typeof(result->'to') = 'number'
      then least((result->'sealedThrough')::numeric, (result->'to')::numeric) end`;
    const found = await this.findFirstOurs(
      `where state = 'done' and result->>'ok' = 'true' and to_position is null and cause <> 'asked'
         and ${through} <= (select coalesce(max(position), 0) from ${named.log}) order by ${through} desc, id`,
    );
    return found?.result ? Math.min(found.result.sealedThrough, found.result.to) : 0;
  }

  /**
   * Deletes verifications after a year. Verifications of the end of the log (`tail`) without findings are deleted after
   * two days.
   */
  async prune(): Promise<void> {
    await this.db.query(
      `delete from ${named.verifications} where state <> 'running' and (started_at < now() - interval '1 year' or started_at > now() + interval '1 day'
         or cause = 'tail' and result->>'ok' = 'true' and started_at < now() - interval '2 days')`,
    );
  }

  /** The first row with a correct MAC. */
  private async findFirstOurs(where: string): Promise<StoredVerification | undefined> {
    for (let skipped = 0; ; skipped += PAGE) {
      const rows = await this.rows(`${where} limit ${PAGE} offset ${skipped}`);
      const ours = rows.find((row) => isMacRight(this.key, row));
      if (ours || rows.length < PAGE) return ours;
    }
  }

  /** If the result has no correct MAC, returns the row without the result. */
  private hideForgedResult(row: StoredVerification): Verification {
    return withoutMac(row.result && !isMacRight(this.key, row) ? { ...row, state: 'stopped', result: null } : row);
  }

  private rows(where: string, values: unknown[] = []): Promise<StoredVerification[]> {
    return this.db.query<StoredVerification>(`select ${columns} from ${named.verifications} ${where}`, values);
  }
}

/**
 * Undefined if only a part of the log was verified and the result has no findings: the other parts can have findings.
 */
export function checkResultOf({ startedAt, from, to, result }: Verification): CheckResult | undefined {
  const at = startedAt.getTime();
  if (result?.ok === false) return { at, problem: { message: result.message, found: result.found } };
  return result && from === 1 && to === null ? { at, problem: null } : undefined;
}

const withoutMac = ({ micros, mac, ...row }: StoredVerification): Verification => row;
