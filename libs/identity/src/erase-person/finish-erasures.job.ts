import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LessOftenWhenIdle, OneAtATime } from '#platform/system';
import { DomainError } from '#kernel';
import { Erasures } from './erasures.store';
import { PersonEraser } from './person-eraser.adapter';

/** This is longer than the steps of one erasure usually take. So an older attempt was probably interrupted. */
const INTERRUPTED_AFTER_SECONDS = 3;

/** Finishes erasures that a crash interrupted before PersonErased was published. */
@Injectable()
export class FinishErasures {
  private readonly log = new Logger(FinishErasures.name);

  constructor(
    private readonly erasures: Erasures,
    private readonly eraser: PersonEraser,
  ) {}

  @Interval('finish erasures', 1_000)
  @LessOftenWhenIdle()
  @OneAtATime()
  async finish(): Promise<void> {
    const interrupted = await this.erasures.claimInterrupted(INTERRUPTED_AFTER_SECONDS).catch(() => []); // the next round tries again
    for (const { id, subject, kind, asks } of interrupted)
      await this.eraser.carryOut(id, subject, kind, asks).then(
        () => this.log.log(`erasure ${id} was interrupted, and is finished now`),
        (error: Error) =>
          this.log.warn(
            error instanceof DomainError
              ? `erasure ${id} was interrupted, and was refused when it was tried again: ${error.code}`
              : `erasure ${id} could not be finished and is tried again: ${error.message}`,
          ),
      );
  }
}
