import { hostname } from 'node:os';
import { Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { HistoryLost, SealsDisagree, type Disagreement } from '../streams/errors';
import { lastNumbered } from '../sequencer/pending';
import { expectKnownKeys, WrongKey } from './known-keys';
import { sealAlarms, unsealedSeconds } from './metrics';
import type { SealChain } from './seal-chain';
import { signRecord } from './seal-records';
import { insertRecord } from './seal-records.store';

const LOOK_MS = 10_000;

/** Sealed data is lost, or was replaced by other data. */
const REFUSED: readonly Disagreement[] = ['behind', 'rewritten', 'forgotten'];

/** Compares the seals in the database with what is remembered outside of it, at the start and then regularly. */
export class SealWatch implements OnModuleInit {
  private readonly log = new Logger('Seals');
  private told?: string;

  constructor(
    private readonly chain: SealChain,
    private readonly now: () => Date,
    private readonly withoutJobs: boolean,
    /** Whether unknown keys stop the start. Otherwise they are only logged. */
    private readonly strict: boolean,
  ) {}

  /** Throws HistoryLost if the database ends before the sealed end, or is not what was sealed. Throws WrongKey. */
  async onModuleInit(): Promise<void> {
    await this.expectKeys();
    if (this.withoutJobs) return;
    try {
      if (await this.chain.anchor.isMissing()) await this.adopt();
      else await this.chain.end();
    } catch (error) {
      if (!(error instanceof SealsDisagree)) throw error;
      this.say(error.message);
      sealAlarms.set(1);
      if (REFUSED.includes(error.disagreement)) throw new HistoryLost(error);
    }
  }

  /** Every instance does this, so that all of them remember the newest seal, not only the leader. */
  @Interval('seals', LOOK_MS)
  @OneAtATime()
  async look(): Promise<void> {
    const trouble = await this.chain.end().then(
      () => undefined,
      (error: Error) =>
        error instanceof SealsDisagree ? error.message : `the seals cannot be compared now: ${error.message}`,
    );
    if (!trouble && this.told) this.log.log('the seals are again what they were remembered as');
    this.say(trouble);
    await this.chain.waited().then(
      (ms) => unsealedSeconds.set(ms / 1_000),
      () => unsealedSeconds.set(NaN), // the database is away: the age is not known
    );
    sealAlarms.set(this.chain.isStopped ? 1 : 0);
  }

  /** An operator with a wrong key may still start the command line and look. */
  private async expectKeys(): Promise<void> {
    try {
      await expectKnownKeys(this.chain);
    } catch (error) {
      if (this.strict && !this.withoutJobs) throw error;
      if (!(error instanceof WrongKey) && !this.withoutJobs) throw error;
      this.log.error((error as Error).message);
    }
  }

  /** Logs each trouble only once. */
  private say(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.told) this.log.error(trouble);
    this.told = trouble;
  }

  /** A machine that remembers nothing accepts what the database says, once, and records that. */
  private async adopt(): Promise<void> {
    const { db, key, anchor } = this.chain;
    for (;;) {
      const word = await this.chain.databaseWord();
      const isNew = word.position === 0 && word.record === 0 && (await lastNumbered(db)) === undefined;
      if (isNew || anchor.file === undefined) return anchor.create(word);
      const { position, signature, hash } = word;
      const reason = `${anchor.file} was missing`;
      const point = { position, signature, hash, at: this.now().getTime(), who: `a start on ${hostname()}`, reason };
      const record = signRecord(key, word.record + 1, word.recordSignature, { kind: 'adopted', ...point });
      if (!(await insertRecord(db, record))) continue; // another process recorded it first, so read the records again
      this.log.warn(
        `${anchor.file}, where the newest seal is remembered, is missing: the database is believed this once that it is ` +
          `sealed up to ${position}. This is on record as number ${record.number} of the log of seals`,
      );
      return anchor.create({ ...word, record: record.number, recordSignature: record.signature });
    }
  }
}
