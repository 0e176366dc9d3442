import { hostname } from 'node:os';
import { Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { HistoryLost, SealsDisagree, type Disagreement } from '../streams/errors';
import { readLogEnd } from '../sequencer/pending';
import { expectKnownKeys, WrongKey } from './known-keys';
import { sealAlarms, unsealedSeconds } from './metrics';
import type { SealChain } from './seal-chain';
import { signRecord } from './seal-records';
import { insertRecord } from './seal-records.store';

const CHECK_MS = 10_000;

/** With these errors the shop does not start: sealed data is lost, or was replaced by other data. */
const STOPS_START: readonly Disagreement[] = ['behind', 'rewritten', 'forgotten'];

/**
 * Compares the seals in the database with the end of the seals that is remembered outside of the database. It does so
 * at the start and then every 10 s.
 */
export class SealWatch implements OnModuleInit {
  private readonly log = new Logger('Seals');
  private lastTrouble?: string;

  constructor(
    private readonly chain: SealChain,
    private readonly now: () => Date,
    private readonly withoutJobs: boolean,
    /** Whether unknown keys stop the start. Otherwise they are only logged. */
    private readonly refusesUnknownKeys: boolean,
  ) {}

  /**
   * Throws HistoryLost if sealed positions or records are missing, or if the log differs from what was sealed. Also
   * throws WrongKey and UnusableSealAnchor.
   */
  async onModuleInit(): Promise<void> {
    await this.expectKeys();
    if (this.withoutJobs) return;
    await this.chain.gate.memory.load();
    try {
      if (await this.chain.anchor.isMissing()) await this.adoptDatabase();
      else await this.chain.readCheckedEnd();
    } catch (error) {
      if (!(error instanceof SealsDisagree)) throw error;
      this.logOnce(error.message);
      sealAlarms.set(1);
      if (STOPS_START.includes(error.disagreement)) throw new HistoryLost(error);
    }
  }

  /** Runs in every instance, not only in the leader, so that every instance remembers the newest seal. */
  @Interval('seals', CHECK_MS)
  @OneAtATime()
  async checkSeals(): Promise<void> {
    const trouble = await this.chain.readCheckedEnd().then(
      () => undefined,
      (error: Error) =>
        error instanceof SealsDisagree ? error.message : `the seals could not be compared: ${error.message}`,
    );
    if (!trouble && this.lastTrouble) this.log.log('the seals agree with the remembered ones again');
    this.logOnce(trouble);
    await this.chain.measureWait().then(
      (ms) => unsealedSeconds.set(ms / 1_000),
      () => unsealedSeconds.set(NaN), // the age is not known while the database does not respond
    );
    sealAlarms.set(this.chain.isStopped ? 1 : 0);
  }

  /** On the command line a wrong key is only logged, so that an operator can look for the cause. */
  private async expectKeys(): Promise<void> {
    try {
      await expectKnownKeys(this.chain);
    } catch (error) {
      if (this.refusesUnknownKeys && !this.withoutJobs) throw error;
      if (!(error instanceof WrongKey) && !this.withoutJobs) throw error;
      this.log.error((error as Error).message);
    }
  }

  /** Logs each problem only once. */
  private logOnce(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.lastTrouble) this.log.error(trouble);
    this.lastTrouble = trouble;
  }

  /** Runs if no end is remembered. It accepts the end of the seals in the database, and stores a record about this. */
  private async adoptDatabase(): Promise<void> {
    const { db, key, anchor } = this.chain;
    for (;;) {
      const storedEnd = await this.chain.readEndInDatabase();
      const isNew = storedEnd.position === 0 && storedEnd.record === 0 && (await readLogEnd(db)) === undefined;
      if (isNew || anchor.file === undefined) return anchor.create(storedEnd);
      const { position, signature, hash } = storedEnd;
      const reason = `${anchor.file} was missing`;
      const point = { position, signature, hash, at: this.now().getTime(), who: `a start on ${hostname()}`, reason };
      const record = signRecord(key, storedEnd.record + 1, storedEnd.recordSignature, { kind: 'adopted', ...point });
      if (!(await insertRecord(db, record))) continue; // another process stored a record first: read it
      this.log.warn(
        `${anchor.file}, which remembers the newest seal, is missing. This start accepts that the database is ` +
          `sealed up to ${position}. Record ${record.number} of the log of seals says so`,
      );
      return anchor.create({ ...storedEnd, record: record.number, recordSignature: record.signature });
    }
  }
}
