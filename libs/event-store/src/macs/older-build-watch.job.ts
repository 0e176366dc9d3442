import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { MacKey } from '#platform/macs';
import type { Instances } from '#messaging';
import { endMacExceptions, doOlderEventsWait, isOlderBuildAlive, registerMacMaker } from './event-macs.store';
import { FirstFormat } from './first-format';
import { MacExceptions } from './mac-exceptions';
import { MacMemory } from './mac-memory';
import type { StreamDatabase } from '../streams/stream-database';

const MINUTE = 60_000;

/**
 * Stores a row that says that this process makes MACs. A migration regards an instance without such a row as an older
 * build. When no older build is alive any more, this job closes the log. From then on, the role of the shop cannot
 * insert into the log table directly, and no event without a MAC is numbered.
 */
@Injectable()
export class OlderBuildWatch implements OnApplicationBootstrap {
  private readonly log = new Logger('EventStore');
  /** Whether an older build is perhaps still alive. Then the shop writes nothing that an older build cannot read. */
  mayBeAlive = true;
  private readonly exceptions: MacExceptions;
  private readonly firstFormat: FirstFormat;
  private formatProblem?: string;

  constructor(
    private readonly db: StreamDatabase,
    private readonly instances: Instances,
    key: MacKey,
    memory = new MacMemory(),
  ) {
    this.exceptions = new MacExceptions(db, key, memory);
    this.firstFormat = new FirstFormat(db, key, memory);
  }

  /** What is wrong if the database allows more events without a MAC than the shop has signed; otherwise undefined. */
  get problem(): string | undefined {
    return this.exceptions.problem ?? this.formatProblem;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.registerAndCheck();
  }

  /** Runs every minute, because the row of this process is missing after a backup was restored. */
  @Interval('instances that make macs', MINUTE)
  @OneAtATime()
  async registerAndCheck(): Promise<void> {
    await this.db
      .outsideTransaction(async () => {
        await this.exceptions.sign();
        await this.checkFirstFormat();
        await registerMacMaker(this.db, this.instances.id);
        this.mayBeAlive = await isOlderBuildAlive(this.db);
        if (!this.mayBeAlive && !(await doOlderEventsWait(this.db))) await endMacExceptions(this.db);
      })
      .catch((error: Error) =>
        this.log.warn(`the check for older builds failed, and is repeated in a minute: ${error.message}`),
      );
  }

  private async checkFirstFormat(): Promise<void> {
    await this.firstFormat.remember();
    this.formatProblem = (await this.firstFormat.read()).problem;
  }
}
