import type { Type } from '@nestjs/common';
import type { Message, MessageClass } from '#kernel';
import { COMMAND_HANDLER, EVENTS_HANDLER } from './cqrs-metadata';
import type { Envelope } from './envelope';
import type { HandlerStatics } from './hears';
import type { Subscription } from './inbox.store';
import { kebab } from './naming';
import { olderTypes } from './registry';

const PARALLEL = 4;

/** A handler that wants to see what was claimed for it before the first of it is handled. */
export interface Prepares {
  prepare(messages: readonly Envelope[]): Promise<void>;
}

/** A handler that has to see that this build can do its work, before anything is heard. */
export interface Checks {
  check(): Promise<void>;
}

export interface Handler {
  readonly name: string;
  readonly lane: string;
  readonly parallel: number;
  readonly classes: readonly MessageClass[];
  handle(message: Message): Promise<void>;
  prepare?(messages: readonly Envelope[]): Promise<void>;
  check?(): Promise<void>;
}

type Instance = Partial<Prepares & Checks> & {
  handle?(message: Message): Promise<void>;
  execute?(message: Message): Promise<void>;
};

const isMessageClass = (one: unknown): one is MessageClass =>
  typeof one === 'function' && typeof (one as unknown as MessageClass).type === 'string';

/** The message classes that a provider's class was marked with: by @Hears, @EventsHandler or @CommandHandler. */
export function heardBy(type: Type): MessageClass[] {
  const events = (Reflect.getMetadata(EVENTS_HANDLER, type) as unknown[] | undefined) ?? [];
  const command: unknown = Reflect.getMetadata(COMMAND_HANDLER, type);
  return [...events, command].filter(isMessageClass);
}

/** The handler that a provider is, or undefined when it hears no messages. */
export function handlerOf(instance: object): Handler | undefined {
  const type = instance.constructor as Type & HandlerStatics;
  const classes = heardBy(type);
  if (classes.length === 0) return undefined;
  const name = type.handler ?? kebab(type.name);
  const one = instance as Instance;
  if (!one.handle && !one.execute) throw new Error(`${name} hears messages but has neither handle() nor execute()`);
  return {
    name,
    lane: type.lane ?? name,
    parallel: type.parallel ?? PARALLEL,
    classes,
    handle: (message) => (one.handle ? one.handle(message) : one.execute!(message)),
    ...(one.prepare && { prepare: (messages: readonly Envelope[]) => one.prepare!(messages) }),
    ...(one.check && { check: () => one.check!() }),
  };
}

/** What a handler is brought: messages of its classes, and those of older types that its classes read. */
const typesOf = ({ classes }: Handler): readonly string[] =>
  classes.flatMap((one) => [one.type, ...olderTypes(one).map(([type]) => type)]);

/** Ids of what a handler sends follow from the message and its name: two of one name that hear one message would clash. */
export function refuseNamesakes(contexts: readonly { readonly context: string; readonly handlers: Handlers }[]): void {
  const known = new Map<string, string>();
  for (const { context, handlers } of contexts)
    for (const { type, handler } of handlers.subscriptions) {
      const there = known.get(`${handler} ${type}`) ?? context;
      if (there !== context)
        throw new Error(`${there} and ${context} both have a handler called ${handler}, and both hear ${type}`);
      known.set(`${handler} ${type}`, context);
    }
}

/** The handlers of one context. */
export class Handlers {
  private readonly byName = new Map<string, Handler>();
  private readonly limits = new Map<string, number>();
  private readonly types = new Set<string>();

  constructor(handlers: readonly Handler[] = []) {
    for (const one of handlers) {
      if (this.byName.has(one.name)) throw new Error(`two handlers are called ${one.name}`);
      this.byName.set(one.name, one);
      for (const type of typesOf(one)) this.types.add(type);
      this.limits.set(one.lane, Math.max(this.limits.get(one.lane) ?? 1, one.parallel));
    }
  }

  get all(): readonly Handler[] {
    return [...this.byName.values()];
  }

  named(name: string): Handler | undefined {
    return this.byName.get(name);
  }

  hears(type: string): boolean {
    return this.types.has(type);
  }

  get lanes(): readonly string[] {
    return [...this.limits.keys()];
  }

  /** How many keys of the lane may be worked on at once. */
  limit(lane: string): number {
    return this.limits.get(lane) ?? PARALLEL;
  }

  get subscriptions(): Subscription[] {
    return this.all.flatMap((one) => typesOf(one).map((type) => ({ type, handler: one.name, lane: one.lane })));
  }
}
