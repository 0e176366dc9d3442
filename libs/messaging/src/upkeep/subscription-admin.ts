import { Injectable } from '@nestjs/common';
import { DomainError, NotFound } from '#kernel';
import type { ContextName } from '#platform/config';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { deleteEndedInstances, readLivingInstances, type Instance } from '../instances/instances.store';
import {
  dropSubscriptions,
  listSubscriptions,
  NO_SUBSCRIPTION,
  type ListedSubscription,
  type Subscription,
} from '../outbox/subscriptions.store';
import { sendAfterDrop } from './after-drop';
import { countWaiting, markWaitingDone } from './waiting.store';

export type ContextInstance = Instance & {
  readonly context: ContextName;
  /** The context's subscriptions for which this instance has no handler, as "handler type". */
  readonly lacks: readonly string[];
};

export interface Drop {
  readonly context: ContextName;
  readonly handler: string;
  /** Removes only the subscription of this type. Without it, removes all subscriptions of the handler. */
  readonly type?: string | undefined;
  /** The reason to mark the waiting messages as done. Without a reason, the messages stay. */
  readonly withMessages?: string | undefined;
}

/** Lists the living processes, their builds and the subscriptions, for operators. */
@Injectable()
export class SubscriptionAdmin {
  constructor(private readonly endpoints: MessageEndpoints) {}

  async instances(): Promise<ContextInstance[]> {
    const found: ContextInstance[] = [];
    for (const { context, db } of this.endpoints.all) {
      const subscribed = (await listSubscriptions(db))
        .filter(({ handler }) => handler !== NO_SUBSCRIPTION.handler)
        .map(handlerTypeOf);
      const living = await readLivingInstances(db);
      found.push(
        ...living.map((one) => ({ ...one, context, lacks: missingIn(subscribed, one.hears.map(handlerTypeOf)) })),
      );
    }
    return found;
  }

  async list(context?: ContextName): Promise<(ListedSubscription & { readonly context: ContextName })[]> {
    const found = await Promise.all(
      (context ? [this.endpoints.get(context)] : this.endpoints.all).map(async ({ context: name, db }) =>
        (await listSubscriptions(db)).map((row) => ({ ...row, context: name })),
      ),
    );
    return found.flat();
  }

  /**
   * Removes a handler's subscriptions. Throws if a living process has that handler. Returns the removed types
   * (`types`), the numbers of messages that still wait (`waiting`) and that were marked as done (`done`), and the types
   * of the messages that `afterDrop` sent (`sent`).
   */
  async drop({
    context,
    handler,
    type,
    withMessages,
  }: Drop): Promise<{ types: string[]; waiting: number; done: number; sent: readonly string[] }> {
    const endpoint = this.endpoints.get(context);
    const { db } = endpoint;
    return db.transaction(async () => {
      const alive = (await readLivingInstances(db)).find(({ hears }) =>
        hears.some((one) => one.handler === handler && (type === undefined || one.type === type)),
      );
      if (alive) throw new HandlerInUse(handler, alive);
      await deleteEndedInstances(db);
      const types = await dropSubscriptions(db, handler, type ?? null);
      if (types.length === 0) throw new NotFound('subscription');
      const dropped = withMessages === undefined ? [] : await markWaitingDone(db, handler, types, withMessages);
      const sent = sendAfterDrop(endpoint, handler, dropped);
      return { types, done: dropped.length, waiting: await countWaiting(db, handler, types), sent };
    });
  }
}

class HandlerInUse extends DomainError {
  constructor(handler: string, { build, number, startedAt }: Instance) {
    super(
      'HANDLER_IN_USE',
      'conflict',
      `Build ${build} (instance ${number}, started ${startedAt.toISOString()}) has the handler ${handler}: stop this process first.`,
    );
  }
}

const handlerTypeOf = ({ handler, type }: Subscription): string => `${handler} ${type}`;

const missingIn = (all: readonly string[], own: readonly string[]): string[] =>
  all.filter((one) => !own.includes(one)).sort();
