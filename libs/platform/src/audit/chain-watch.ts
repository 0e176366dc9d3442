import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Gauge, register } from 'prom-client';
import { z } from 'zod';
import type { Database } from '#database';
import type { RestoreListener, SealKey } from '#event-store';
import { HealthCheck, Impaired } from '#platform/observability';
import { RememberedFile } from '#platform/system';
import { isValidChainSeal, CHAIN_START, type ChainSeal } from './chain';
import { faultOfRow } from './chain-check';
import {
  chainEnd,
  chainHashAt,
  chainSealAt,
  chainSealsAfter,
  lastChainSeal,
  chainedRowsAfter,
  ROWS_PER_PAGE,
} from './chain.store';

const DOUBTED = 'shop_audit_trail_doubted';

const doubtedGauge =
  (register.getSingleMetric(DOUBTED) as Gauge | undefined) ??
  new Gauge({
    name: DOUBTED,
    help: '1 while the audit trail is not as it was written. If its end or a seal is wrong, nothing new is sealed.',
  });

const RememberedSealShape = z.strictObject({ position: z.int().min(0), signature: z.string(), hash: z.string() });
type RememberedSeal = Readonly<z.infer<typeof RememberedSealShape>>;

const rememberedSealOf = ({ position, signature, hash }: ChainSeal): RememberedSeal => ({ position, signature, hash });
const NOTHING_SEALED: RememberedSeal = { position: 0, signature: '', hash: '' };

/**
 * Remembers the newest seal of the audit trail in a file. So the shop notices if somebody removes the last lines and
 * their seals from the database. This class also checks all lines again and again, a page at a time.
 */
export class AuditWatch implements RestoreListener, OnApplicationBootstrap {
  private readonly log = new Logger('AuditChain');
  private readonly file?: RememberedFile<RememberedSeal>;
  private memory?: RememberedSeal;
  private lastChecked: { readonly position: number; readonly hash: string } = CHAIN_START;
  private sealFault?: string;
  private lineFault?: string;
  private checking?: Promise<string | undefined>;

  /**
   * @param path the file of the newest seal; without a path, the seal is remembered only in the memory of this process
   */
  constructor(
    private readonly db: Database,
    private readonly key: SealKey,
    path?: string,
    private readonly withoutJobs = false,
  ) {
    if (path !== undefined) this.file = new RememberedFile(path, RememberedSealShape);
  }

  /** The fault that was found in the trail; undefined if there is none. */
  get fault(): string | undefined {
    return this.sealFault ?? this.lineFault;
  }

  /**
   * A fault of the trail is only logged. The shop starts in spite of the fault, because orders do not need the trail.
   */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.withoutJobs) await this.checkSeals().catch((error: Error) => this.log.warn(error.message));
  }

  /**
   * Compares the database with the remembered seal, checks the later seals, and remembers the newest seal. Logs and
   * returns the fault, if there is one. Calls at the same time share one check.
   */
  checkSeals(): Promise<string | undefined> {
    return (this.checking ??= this.checkSealsNow().finally(() => (this.checking = undefined)));
  }

  private async checkSealsNow(): Promise<string | undefined> {
    const fault = await this.findSealFault();
    if (fault !== undefined && fault !== this.sealFault) this.log.error(`${fault}. ${this.advice}`);
    this.sealFault = fault;
    this.updateMetric();
    return fault;
  }

  private async findSealFault(): Promise<string | undefined> {
    const known = await this.readRememberedSeal();
    return known ? this.checkSealsAfter(known) : this.trustNewestSeal();
  }

  /**
   * Checks the next page of lines. When all lines of the trail were checked and are right, an earlier fault is cleared.
   */
  async checkNextLines(): Promise<void> {
    const rows = await chainedRowsAfter(this.db, this.lastChecked.position);
    for (const row of rows) {
      const fault = faultOfRow(row, this.lastChecked.position + 1, this.lastChecked.hash);
      if (fault !== undefined) return this.endRound(`the audit trail is not as it was written: ${fault}`);
      this.lastChecked = row;
    }
    if (rows.length < ROWS_PER_PAGE) this.endRound(undefined);
  }

  /**
   * Called when an operator confirms that an older backup was restored. The trail then continues from its current end.
   * Does nothing if the seals have no fault.
   */
  async onRestored(): Promise<void> {
    // The fault is not logged: its message would advise the operator to confirm the backup, and the operator does so
    // now.
    if ((await this.findSealFault()) === undefined) return;
    const last = await lastChainSeal(this.db);
    await this.remember(last ? rememberedSealOf(last) : NOTHING_SEALED);
    await this.checkSeals();
  }

  private endRound(fault: string | undefined): void {
    this.lastChecked = CHAIN_START;
    if (fault !== undefined && fault !== this.lineFault) this.log.error(fault);
    this.lineFault = fault;
    this.updateMetric();
  }

  private get advice(): string {
    const onlyTrailLost = this.file ? ` If no orders were lost, remove ${this.file.path} and start again.` : '';
    return `If somebody restored an older backup, say so with: npm run shop -- events restored --reason <text> --who <name>.${onlyTrailLost}`;
  }

  private updateMetric(): void {
    doubtedGauge.set(this.fault === undefined ? 0 : 1);
  }

  private async readRememberedSeal(): Promise<RememberedSeal | undefined> {
    return (await this.file?.read()) ?? this.memory;
  }

  private async remember(newest: RememberedSeal): Promise<void> {
    this.memory = newest;
    await this.file?.write(newest);
  }

  /** Without a remembered seal, the newest seal of the database is trusted and remembered. */
  private async trustNewestSeal(): Promise<undefined> {
    const last = await lastChainSeal(this.db);
    if (last && this.file)
      this.log.warn(`${this.file.path} is missing, so the seal of the audit trail at position ${last.position} was trusted without a check`); // prettier-ignore
    await this.remember(last ? rememberedSealOf(last) : NOTHING_SEALED);
  }

  private async checkSealsAfter(known: RememberedSeal): Promise<string | undefined> {
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
        const isGood = seal.after === newest.position && isValidChainSeal(this.key, seal, newest.signature);
        if (!isGood || (await chainHashAt(this.db, seal.position)) !== seal.hash)
          return `the audit trail has a false seal at position ${seal.position}`;
        newest = rememberedSealOf(seal);
      }
    }
    if (newest !== known) await this.remember(newest);
    else this.memory = known;
    return undefined;
  }
}

/**
 * Reports a fault of the trail to `/health`. The shop is then degraded, not down, because orders do not need the trail.
 */
export class AuditTrailHealth extends HealthCheck {
  readonly service = 'audit-trail';
  override readonly onlyWhenImpaired = true;

  /** @param fault the fault of the trail, or why lines get no place in its chain; undefined if there is none */
  constructor(private readonly fault: () => string | undefined) {
    super();
  }

  async check(): Promise<void> {
    const fault = this.fault();
    if (fault !== undefined) throw new Impaired(fault);
  }
}
