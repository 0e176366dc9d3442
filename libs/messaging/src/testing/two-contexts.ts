import { Global, Injectable, Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { EventBus, type ICommandHandler, type IEventHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { join } from 'node:path';
import { Config, ConfigModule, type ContextName } from '#platform/config';
import { contextDatabase, Database, migrate } from '#database';
import { MacKey } from '#platform/macs';
import { SystemModule } from '#platform/system';
import { contextMessaging } from '../context-messaging.module';
import { DeadLetters } from '../dead-letters/dead-letters.store';
import { LateContexts } from '../instances/late-contexts';
import { ELSEWHERE } from '../outbox/elsewhere';
import { InboxCommandHandler, InboxEventsHandler } from '../messages/inbox-handlers';
import { Timers } from '../timers/timers';
import { Alarm, Answer, Ask, Nothing } from './messages';

/** The key for the MACs of the first context's saga journal. */
export const sagaKey = new MacKey(Buffer.alloc(32, 7).toString('base64'));

const macs = { provide: MacKey, useValue: sagaKey };

export const fixtureMigrations = join(__dirname, 'migrations');

/** What the handlers do. Each test can set it. */
export abstract class Behaviour {
  onAsk: (message: Ask) => Promise<void> = async () => undefined;
  onAlarm: (message: Alarm) => Promise<void> = async () => undefined;
  onNothing?: (message: Nothing) => void;
}

@Injectable()
@InboxCommandHandler(Ask, { name: 'answer', senders: ['inventory'] })
class AnswerWhenAsked implements ICommandHandler<Ask> {
  constructor(
    private readonly behaviour: Behaviour,
    private readonly eventBus: EventBus,
  ) {}

  async execute(message: Ask): Promise<void> {
    await this.behaviour.onAsk(message);
    this.eventBus.publish(new Answer(message.body));
  }
}

@InboxEventsHandler([Answer], { name: 'note-answer' })
class StoreAnswer implements IEventHandler<Answer> {
  constructor(private readonly db: Database) {}

  async handle({ body: { orderId, n } }: Answer): Promise<void> {
    await this.db.query('insert into effects (key, n) values ($1, $2)', [orderId, n]);
  }
}

@InboxEventsHandler([Nothing], { name: 'nothing', onlyIf: { [Nothing.type]: '$.n ? (@ != -1)' } })
class DoNothing implements IEventHandler<Nothing> {
  constructor(private readonly behaviour: Behaviour) {}

  async handle(message: Nothing): Promise<void> {
    this.behaviour.onNothing?.(message);
  }
}

@InboxEventsHandler([Alarm], { name: 'alarm' })
class HandleAlarm implements IEventHandler<Alarm> {
  constructor(private readonly behaviour: Behaviour) {}

  async handle(message: Alarm): Promise<void> {
    await this.behaviour.onAlarm(message);
  }
}

/** Gives a test the providers of the first context. */
@Injectable()
export class Inventory {
  constructor(
    readonly db: Database,
    readonly eventBus: EventBus,
    readonly timers: Timers,
    readonly deadLetters: DeadLetters,
  ) {}
}

@Injectable()
export class Payments {
  constructor(
    readonly db: Database,
    readonly deadLetters: DeadLetters,
  ) {}
}

/** One database for both contexts, or one for each. */
type DatabaseUrls = Pick<Config, 'databaseUrl' | 'databaseUrls'> & Partial<Pick<Config, 'messageDelivery'>>;

const urlsOf = (database: string | DatabaseUrls): DatabaseUrls =>
  typeof database === 'string' ? { databaseUrl: database, databaseUrls: {} } : database;

/**
 * Starts an application of two contexts on the given database, without HTTP. `extraProviders` are for the first
 * context. With `onlyContext`, this application runs one context, and the other one runs in another process. The
 * contexts in `mayOpenLater` need not be open at the start.
 */
export async function startTwoContexts(
  database: string | DatabaseUrls,
  behaviour: Partial<Behaviour> = {},
  extraProviders: Type[] = [],
  onlyContext?: 'inventory' | 'payments',
  mayOpenLater: readonly ContextName[] = [],
): Promise<INestApplicationContext> {
  const provided = {
    provide: Behaviour,
    useValue: { onAsk: async () => undefined, onAlarm: async () => undefined, ...behaviour },
  };

  @Module({
    imports: [contextDatabase('inventory'), contextMessaging('inventory', [Ask, Nothing, Alarm])],
    providers: [provided, macs, StoreAnswer, DoNothing, HandleAlarm, Inventory, ...extraProviders],
  })
  class First {}

  @Module({
    imports: [contextDatabase('payments'), contextMessaging('payments', [Answer])],
    providers: [provided, AnswerWhenAsked, Payments],
  })
  class Second {}

  const config = Object.assign(new Config(), urlsOf(database));
  const otherContexts: ContextName[] = onlyContext ? [onlyContext === 'inventory' ? 'payments' : 'inventory'] : [];

  @Global()
  @Module({ providers: [{ provide: ELSEWHERE, useValue: otherContexts }], exports: [ELSEWHERE] })
  class Elsewhere {}

  const lateContexts: LateContexts = { contexts: mayOpenLater, isPrepared: () => true, prepare: async () => undefined };

  @Global()
  @Module({ providers: [{ provide: LateContexts, useValue: lateContexts }], exports: [LateContexts] })
  class OpenLater {}

  const modules = onlyContext ? [Elsewhere, onlyContext === 'inventory' ? First : Second] : [First, Second];
  @Module({ imports: [ConfigModule.with(config), SystemModule, OpenLater, ...modules] })
  class Shop {}
  return NestFactory.createApplicationContext(Shop, {
    logger: process.env.SEE ? ['error', 'warn', 'log', 'debug'] : ['error'],
    abortOnError: false,
  });
}

export const migrateTwoContexts = (database: string | DatabaseUrls) =>
  migrate(urlsOf(database), { contexts: ['inventory', 'payments'], folder: fixtureMigrations });
