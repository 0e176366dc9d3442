import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { ContextName } from '#platform/config';
import { Leadership } from '#database/leadership';
import { Branches } from '../outbox/branches';
import { Instances } from './instances';
import { unheardMessages } from '../inbox/metrics';
import { RELAY } from '../outbox/relay';
import { buryUnheard, countUnheard, type Unheard } from './unheard.store';

const MINUTE = 60_000;

const asNames = (heard: readonly { readonly handler: string; readonly type: string }[]) =>
  heard.map(({ handler, type }) => `${handler} ${type}`);

/** Shows the messages that wait for a build that can handle them. After a day it makes dead letters of them. */
@Injectable()
export class UnheardCare {
  private readonly said = new Map<ContextName, string>();
  private readonly log = new Logger('Inbox');

  constructor(
    private readonly branches: Branches,
    private readonly leadership: Leadership,
    private readonly instances: Instances,
  ) {}

  @Interval('messaging unheard', MINUTE)
  @OneAtATime()
  async look(): Promise<void> {
    for (const { context, db } of this.branches.all) {
      if (!this.leadership.leads(RELAY(context))) {
        unheardMessages.remove({ context });
        continue;
      }
      try {
        const living = await this.instances.heardByLiving(context);
        if (living.length === 0) continue; // even this instance is missing, so nothing is known
        const heard = asNames(living);
        const lately = await this.instances.heardLately(context);
        const dead = await buryUnheard(db, asNames(lately));
        if (dead > 0) this.log.error(`${dead} messages of ${context} found no build that can handle them for a day`);
        this.show(context, await countUnheard(db, heard));
      } catch {
        // The next round tries again.
      }
    }
  }

  private show(context: ContextName, waiting: readonly Unheard[]): void {
    unheardMessages.set({ context }, waiting.reduce((sum, { count }) => sum + count, 0)); // prettier-ignore
    const which = waiting.map(({ handler, type }) => `${handler} (${type})`).join(', ');
    if (which !== (this.said.get(context) ?? '') && which !== '')
      this.log.warn(`messages of ${context} wait for a build that has these handlers: ${which}`);
    this.said.set(context, which);
  }
}
