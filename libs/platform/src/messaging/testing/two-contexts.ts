import { Global, Injectable, Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { join } from 'node:path';
import { Config, ConfigModule, type ContextName } from '#platform/config';
import { contextDatabase, Database, migrate } from '#platform/database';
import { SystemModule } from '#platform/system';
import { Announcements } from '../announcements';
import { contextMessaging } from '../context-messaging.module';
import { DeadLetters } from '../dead-letters.store';
import { ELSEWHERE } from '../elsewhere';
import { Hears, type Hearer } from '../hears';
import { Timers } from '../timers';
import { Alarm, Answer, Ask, Nothing } from './messages';

export const fixtureMigrations = join(__dirname, 'migrations');

/** What a test lets handlers do. */
export abstract class Behaviour {
  onAsk: (message: Ask) => Promise<void> = async () => undefined;
  onAlarm: (message: Alarm) => Promise<void> = async () => undefined;
  onNothing?: (message: Nothing) => void;
}

@Injectable()
@CommandHandler(Ask)
class AnswerWhenAsked implements ICommandHandler<Ask> {
  static readonly handler = 'answer';

  constructor(
    private readonly behaviour: Behaviour,
    private readonly announcements: Announcements,
  ) {}

  async execute(message: Ask): Promise<void> {
    await this.behaviour.onAsk(message);
    await this.announcements.publish(new Answer(message.body));
  }
}

@Hears(Answer)
class NoteTheAnswer implements Hearer<Answer> {
  static readonly handler = 'note-answer';

  constructor(private readonly db: Database) {}

  async handle({ body: { orderId, n } }: Answer): Promise<void> {
    await this.db.query('insert into effects (key, n) values ($1, $2)', [orderId, n]);
  }
}

@Hears(Nothing)
class DoNothing implements Hearer<Nothing> {
  static readonly handler = 'nothing';

  constructor(private readonly behaviour: Behaviour) {}

  async handle(message: Nothing): Promise<void> {
    this.behaviour.onNothing?.(message);
  }
}

@Hears(Alarm)
class HearAlarm implements Hearer<Alarm> {
  static readonly handler = 'alarm';

  constructor(private readonly behaviour: Behaviour) {}

  async handle(message: Alarm): Promise<void> {
    await this.behaviour.onAlarm(message);
  }
}

/** What a context's own providers see. */
@Injectable()
export class Inventory {
  constructor(
    readonly db: Database,
    readonly announcements: Announcements,
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

/**
 * An application of two contexts on the given database, without HTTP. `more` are providers of the first. With `only`
 * one of them lives in it, and the other elsewhere.
 */
export async function startTwoContexts(
  databaseUrl: string,
  behaviour: Partial<Behaviour> = {},
  more: Type[] = [],
  only?: 'inventory' | 'payments',
): Promise<INestApplicationContext> {
  const provided = {
    provide: Behaviour,
    useValue: { onAsk: async () => undefined, onAlarm: async () => undefined, ...behaviour },
  };

  @Module({
    imports: [contextDatabase('inventory'), contextMessaging('inventory', [Ask, Nothing, Alarm])],
    providers: [provided, NoteTheAnswer, DoNothing, HearAlarm, Inventory, ...more],
  })
  class First {}

  @Module({
    imports: [contextDatabase('payments'), contextMessaging('payments', [Answer])],
    providers: [provided, AnswerWhenAsked, Payments],
  })
  class Second {}

  const config = Object.assign(new Config(), { databaseUrl, databaseUrls: {} });
  const afar: ContextName[] = only ? [only === 'inventory' ? 'payments' : 'inventory'] : [];

  @Global()
  @Module({ providers: [{ provide: ELSEWHERE, useValue: afar }], exports: [ELSEWHERE] })
  class Elsewhere {}

  const living = only ? [Elsewhere, only === 'inventory' ? First : Second] : [First, Second];
  @Module({ imports: [ConfigModule.with(config), SystemModule, ...living] })
  class Shop {}
  return NestFactory.createApplicationContext(Shop, { logger: ['error'], abortOnError: false });
}

export const migrateTwoContexts = (databaseUrl: string) =>
  migrate({ databaseUrl, databaseUrls: {} }, { contexts: ['inventory', 'payments'], folder: fixtureMigrations });
