import type { Type } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import type { Message, MessageClass } from '#kernel';
import type { ContextName } from '#platform/config';
import { RETRY, type RetryPolicy } from '../inbox/backoff';
import type { Envelope } from './envelope';
import { inboxMetadata, type DroppedMessage } from './inbox-handlers';
import { olderTypesOf } from './registry';
import type { Subscription } from '../outbox/subscriptions.store';

const PARALLEL = 4;
const LIMIT_SECONDS = 30;

/** A handler that gets all its messages of a claim before it handles the first message, for example to read ahead. */
export interface Prepares {
  prepare(messages: readonly Envelope[]): Promise<void>;
}

/** A handler that checks, before any message is handled, that this build can do its work. It throws if not. */
export interface Checks {
  check(): Promise<void>;
}

export interface Handler {
  readonly name: string;
  readonly kind: 'command' | 'events';
  readonly lane: string;
  readonly parallel: number;
  readonly messagesAtOnce?: number | undefined;
  readonly limitSeconds: number;
  readonly senders: readonly ContextName[];
  readonly onlyIf: Readonly<Record<string, string>>;
  readonly retry: RetryPolicy;
  readonly afterDrop: (dropped: DroppedMessage) => readonly Message[];
  readonly classes: readonly MessageClass[];
  handle(message: Message): Promise<void>;
  prepare?(messages: readonly Envelope[]): Promise<void>;
  check?(): Promise<void>;
}

type Instance = Partial<Prepares & Checks> & {
  handle?(message: Message): Promise<void>;
  execute?(message: Message): Promise<void>;
};

/**
 * Returns the inbox handler of a provider, or undefined if the provider is not an inbox handler. Commands are executed
 * by Nest's bus.
 */
export function handlerOf(instance: object, commands: CommandBus): Handler | undefined {
  const metadata = inboxMetadata(instance.constructor as Type);
  if (!metadata) return undefined;
  const { name, kind, classes } = metadata;
  const one = instance as Instance;
  const method = kind === 'command' ? 'execute' : 'handle';
  if (!one[method]) throw new Error(`${name} is a handler of ${kind} without ${method}()`);
  return {
    name,
    kind,
    lane: metadata.lane ?? name,
    parallel: metadata.parallel ?? PARALLEL,
    messagesAtOnce: metadata.atMost,
    limitSeconds: metadata.limitSeconds ?? LIMIT_SECONDS,
    senders: metadata.senders ?? [],
    onlyIf: metadata.onlyIf ?? {},
    retry: metadata.retry ?? RETRY,
    afterDrop: metadata.afterDrop ?? (() => []),
    classes,
    handle: async (message) => void (await (kind === 'command' ? commands.execute(message) : one.handle!(message))),
    ...(one.prepare && { prepare: (messages: readonly Envelope[]) => one.prepare!(messages) }),
    ...(one.check && { check: () => one.check!() }),
  };
}

/** The message types that a handler gets: those of its classes, and older types that are upcast to them. */
const typesOf = ({ classes }: Handler): readonly string[] =>
  classes.flatMap((one) => [one.type, ...olderTypesOf(one).map(([type]) => type)]);

/**
 * Throws if handlers of two contexts have the same name and handle the same type. The ids of sent messages are derived
 * from the received message and the handler's name, so both handlers would make the same ids.
 */
export function checkUniqueNames(contexts: readonly { readonly context: string; readonly handlers: Handlers }[]): void {
  const known = new Map<string, string>();
  for (const { context, handlers } of contexts)
    for (const { type, handler } of handlers.subscriptions) {
      const otherContext = known.get(`${handler} ${type}`) ?? context;
      if (otherContext !== context)
        throw new Error(
          `${otherContext} and ${context} both have a handler called ${handler} for ${type}: rename one of them`,
        );
      known.set(`${handler} ${type}`, context);
    }
}

/**
 * Throws if a command has two handlers. Nest's CommandBus has one handler per command, and would use the last one
 * without an error.
 */
export function checkOneHandlerPerCommand(handlers: readonly Handler[]): void {
  const known = new Map<MessageClass, string>();
  for (const { kind, name, classes } of handlers) {
    if (kind !== 'command') continue;
    for (const one of classes) {
      const other = known.get(one);
      if (other) throw new Error(`${other} and ${name} both handle the command ${one.type}`);
      known.set(one, name);
    }
  }
}

export class Handlers {
  private readonly byName = new Map<string, Handler>();
  private readonly limits = new Map<string, number>();

  constructor(handlers: readonly Handler[] = []) {
    for (const one of handlers) {
      if (this.byName.has(one.name)) throw new Error(`two handlers are called ${one.name}`);
      this.byName.set(one.name, one);
      this.limits.set(one.lane, Math.max(this.limits.get(one.lane) ?? 1, one.parallel));
    }
  }

  get all(): readonly Handler[] {
    return [...this.byName.values()];
  }

  find(name: string): Handler | undefined {
    return this.byName.get(name);
  }

  /** What this process can handle, as "handler type". */
  get handlerTypes(): readonly string[] {
    return this.subscriptions.map(({ handler, type }) => `${handler} ${type}`);
  }

  /** The number of messages of the lane that all instances together may handle at once. Undefined means no limit. */
  messagesAtOnce(lane: string): number | undefined {
    const limits = this.all.flatMap((one) => (one.lane === lane && one.messagesAtOnce ? [one.messagesAtOnce] : []));
    return limits.length > 0 ? Math.min(...limits) : undefined;
  }

  get lanes(): readonly string[] {
    return [...this.limits.keys()];
  }

  /** The number of keys of the lane that this process may handle at once. */
  keysAtOnce(lane: string): number {
    return this.limits.get(lane) ?? PARALLEL;
  }

  get subscriptions(): Subscription[] {
    return this.all.flatMap((one) =>
      typesOf(one).map((type) => ({
        ...{ type, handler: one.name, lane: one.lane, senders: one.senders },
        onlyIf: one.onlyIf[type],
      })),
    );
  }
}
