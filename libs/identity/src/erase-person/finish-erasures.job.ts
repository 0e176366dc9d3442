import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import { DomainError } from '#kernel';
import { Erasures } from './erasures.store';
import { Forgetting } from './forgetting.adapter';

/** Longer than the steps of one erasure usually take. */
const LEFT_LYING_SECONDS = 3;

/** Finishes erasures that a crash interrupted before PersonErased was published. */
@Injectable()
export class FinishErasures {
  private readonly log = new Logger(FinishErasures.name);

  constructor(
    private readonly erasures: Erasures,
    private readonly forgetting: Forgetting,
  ) {}

  @Interval('finish erasures', 1_000)
  @OneAtATime()
  async finish(): Promise<void> {
    const left = await this.erasures.leftLying(LEFT_LYING_SECONDS).catch(() => []); // the next round tries again
    for (const { id, subject, kind, asks } of left)
      await this.forgetting.carryOut(id, subject, kind, asks).then(
        () => this.log.log(`erasure ${id} was interrupted, and is finished`),
        (error: Error) =>
          this.log.warn(
            error instanceof DomainError
              ? `erasure ${id} was interrupted, and cannot go on: ${error.code}`
              : `erasure ${id} waits: ${error.message}`,
          ),
      );
  }
}
