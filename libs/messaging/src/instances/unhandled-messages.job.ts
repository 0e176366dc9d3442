import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { OneAtATime } from '#platform/system';
import type { ContextName } from '#platform/config';
import { Leadership } from '#database/leadership';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { Instances } from './instances';
import { unhandledMessagesGauge } from '../inbox/metrics';
import { relayLeadName } from '../outbox/relay';
import { moveToSubscribedLanes } from '../outbox/subscriptions.store';
import { makeUnhandledDead, countUnhandled, type UnhandledCount } from './unhandled-messages.store';

const MINUTE = 60_000;

const handlerTypesOf = (handled: readonly { readonly handler: string; readonly type: string }[]) =>
  handled.map(({ handler, type }) => `${handler} ${type}`);

/** Reports messages that no living build can handle. After a day they become dead letters. */
@Injectable()
export class UnhandledMessages {
  private readonly reported = new Map<ContextName, string>();
  private readonly log = new Logger('Inbox');

  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly leadership: Leadership,
    private readonly instances: Instances,
  ) {}

  @Interval('messaging unheard', MINUTE)
  @OneAtATime()
  async checkUnhandled(): Promise<void> {
    for (const { context, db } of this.endpoints.all) {
      if (!this.leadership.leads(relayLeadName(context))) {
        unhandledMessagesGauge.remove({ context });
        continue;
      }
      try {
        const living = await this.instances.handledByLiving(context);
        if (living.length === 0) continue; // not even this instance is registered, so the answer is not complete
        const handledByLiving = handlerTypesOf(living);
        await moveToSubscribedLanes(db);
        const handledLately = await this.instances.handledLately(context);
        const dead = await makeUnhandledDead(db, handlerTypesOf(handledLately));
        if (dead > 0)
          this.log.error(`${dead} messages of ${context} are dead letters: for a day, no build could handle them`);
        this.show(context, await countUnhandled(db, handledByLiving));
      } catch {
        // The next round tries again.
      }
    }
  }

  private show(context: ContextName, waiting: readonly UnhandledCount[]): void {
    unhandledMessagesGauge.set({ context }, waiting.reduce((sum, { count }) => sum + count, 0)); // prettier-ignore
    const which = waiting.map(({ handler, type }) => `${handler} (${type})`).join(', ');
    if (which !== (this.reported.get(context) ?? '') && which !== '')
      this.log.warn(`messages of ${context} wait for a build that has these handlers: ${which}`);
    this.reported.set(context, which);
  }
}
