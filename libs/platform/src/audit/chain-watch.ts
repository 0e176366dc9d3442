import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { z } from 'zod';
import type { Database } from '#database';
import { RememberedFile, type AlsoRestored, type SealKey } from '#event-store';
import { HealthCheck, Impaired } from '#platform/observability';
import { chainSealHolds, START, type ChainSeal } from './chain';
import { wrongWith } from './chain-check';
import { chainEnd, chainHashAt, chainSealAt, chainSealsAfter, lastChainSeal, placedAfter, ROWS } from './chain.store';

const NAME = 'shop_audit_trail_doubted';

const doubted =
  (register.getSingleMetric(NAME) as Gauge | undefined) ??
  new Gauge({ name: NAME, help: '1 while the audit trail is not as it was written; nothing is sealed there then.' });

const Known = z.strictObject({ position: z.int().min(0), signature: z.string(), hash: z.string() });
type Remembered = Readonly<z.infer<typeof Known>>;

const pointOf = ({ position, signature, hash }: ChainSeal): Remembered => ({ position, signature, hash });
const NOTHING_SEALED: Remembered = { position: 0, signature: '', hash: '' };

/**
 * Remembers the newest seal of the audit trail in a file. So it is noticed if somebody removes the end of the trail and
 * its seals from the database. It also checks all lines again and again, a part at a time.
 */
export class AuditWatch implements AlsoRestored, OnApplicationBootstrap {
  private readonly log = new Logger('AuditChain');
  private readonly file?: RememberedFile<Remembered>;
  private memory?: Remembered;
  private walked: { readonly position: number; readonly hash: string } = START;
  private lost?: string;
  private found?: string;
  private following?: Promise<string | undefined>;

  /** @param path where the newest seal is kept; without a path only this process remembers it */
  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
    path?: string,
    private readonly withoutJobs = false,
  ) {
    if (path !== undefined) this.file = new RememberedFile(path, Known);
  }

  /** The fault that was found in the trail; undefined if there is none. */
  get trouble(): string | undefined {
    return this.lost ?? this.found;
  }

  /** A fault of the trail is only logged. The shop starts, because orders do not need the trail. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.withoutJobs) await this.follow().catch((error: Error) => this.log.warn(error.message));
  }

  /**
   * Compares the seals with the remembered one, checks the later ones, and remembers the newest. A fault is returned
   * and logged. Calls at the same time share one run.
   */
  follow(): Promise<string | undefined> {
    return (this.following ??= this.followNow().finally(() => (this.following = undefined)));
  }

  private async followNow(): Promise<string | undefined> {
    const known = await this.remembered();
    const lost = known ? await this.followed(known) : await this.adopt();
    if (lost !== undefined && lost !== this.lost) this.log.error(`${lost}. ${this.advice}`);
    this.lost = lost;
    this.updateMetric();
    return lost;
  }

  /** Checks the next lines. When all lines of the trail were right, an earlier fault is cleared. */
  async walk(): Promise<void> {
    const rows = await placedAfter(this.db, this.walked.position);
    for (const row of rows) {
      const wrong = wrongWith(row, this.walked.position + 1, this.walked.hash);
      if (wrong !== undefined) return this.endRound(`the audit trail is not as it was written: ${wrong}`);
      this.walked = row;
    }
    if (rows.length < ROWS) this.endRound(undefined);
  }

  /**
   * An operator confirms that an older backup was restored. The trail then continues from its current end. Does nothing
   * if nothing is missing.
   */
  async restored(): Promise<void> {
    if ((await this.follow()) === undefined) return;
    const last = await lastChainSeal(this.db);
    await this.remember(last ? pointOf(last) : NOTHING_SEALED);
    await this.follow();
  }

  private endRound(found: string | undefined): void {
    this.walked = START;
    if (found !== undefined && found !== this.found) this.log.error(found);
    this.found = found;
    this.updateMetric();
  }

  private get advice(): string {
    const alone = this.file ? ` If no orders were lost, remove ${this.file.path} and start again.` : '';
    return `If somebody restored an older backup, say so with: npm run shop -- events restored.${alone}`;
  }

  private updateMetric(): void {
    doubted.set(this.trouble === undefined ? 0 : 1);
  }

  private async remembered(): Promise<Remembered | undefined> {
    return (await this.file?.read()) ?? this.memory;
  }

  private async remember(newest: Remembered): Promise<void> {
    this.memory = newest;
    await this.file?.write(newest);
  }

  /** If no seal is remembered yet, the newest seal of the database is trusted once. */
  private async adopt(): Promise<undefined> {
    const last = await lastChainSeal(this.db);
    if (last && this.file)
      this.log.warn(`${this.file.path} is missing: the audit trail is trusted once, as sealed up to ${last.position}`); // prettier-ignore
    await this.remember(last ? pointOf(last) : NOTHING_SEALED);
  }

  private async followed(known: Remembered): Promise<string | undefined> {
    const { position } = known;
    if (position > 0) {
      const hash = await chainHashAt(this.db, position);
      const end = (await chainEnd(this.db))?.position ?? 0;
      if (end < position) return `the audit trail was sealed up to ${position} and ends at ${end}`;
      if (hash !== known.hash) return `the audit trail is not what was sealed at position ${position}`;
      if ((await chainSealAt(this.db, position))?.signature !== known.signature)
        return `the audit trail has lost its seal at position ${position}`;
    }
    let newest = known;
    for (let seals; (seals = await chainSealsAfter(this.db, newest.position)).length > 0;) {
      for (const seal of seals) {
        const isGood = seal.after === newest.position && chainSealHolds(this.key, seal, newest.signature);
        if (!isGood || (await chainHashAt(this.db, seal.position)) !== seal.hash)
          return `the audit trail has a false seal at position ${seal.position}`;
        newest = pointOf(seal);
      }
    }
    if (newest !== known) await this.remember(newest);
    else this.memory = known;
    return undefined;
  }
}

/** Reports a fault of the trail. It is never fatal, so orders are still served. */
export class AuditTrailHealth extends HealthCheck {
  readonly service = 'audit-trail';
  override readonly onlyWhenUnwell = true;

  /** @param trouble the fault of the trail, or why lines get no place in its chain; undefined if there is none */
  constructor(private readonly trouble: () => string | undefined) {
    super();
  }

  async check(): Promise<void> {
    const trouble = this.trouble();
    if (trouble !== undefined) throw new Impaired(trouble);
  }
}
