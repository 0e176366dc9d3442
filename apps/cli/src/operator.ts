import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { Command, Query } from '@nestjs/cqrs';
import { userInfo } from 'node:os';
import { AuditTrail } from '#platform/audit';
import { readConfig } from '#platform/config';
import { failureOf } from '#platform/http';
import { openForCommands, type CommandShop } from '#platform/serve';
import { Ids } from '#platform/system';
import { everyContext } from '../../every-context';

/** Opens the shop for one command, and closes it again whatever becomes of it. */
@Injectable()
export class Operator {
  async work<T>(task: (shop: Shop) => Promise<T>, how: { readonly migrates?: boolean } = {}): Promise<T> {
    const opened = await openForCommands(everyContext, readConfig(), how);
    try {
      return await task(new Shop(opened));
    } finally {
      await opened.close();
    }
  }
}

/** Whose terminal it is: a number, for the trail holds no names. */
export const operatorName = (): string => `os:${userInfo().uid}`;

const madeBy = (done: unknown): string | null => {
  const id = (done as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
};

export class Shop {
  constructor(private readonly opened: CommandShop) {}

  get app() {
    return this.opened.app;
  }

  get config() {
    return this.opened.config;
  }

  get newer() {
    return this.opened.newer;
  }

  ask<R>(query: Query<R>): Promise<R> {
    return this.opened.app.get(QueryBus).execute(query);
  }

  /** Does it, and notes down in the audit trail that it was done from here, and to what. */
  tell<R>(command: Command<R>, targets: readonly string[] = [], reason: string | null = null): Promise<R> {
    const name = command.constructor.name;
    return this.change(name.charAt(0).toLowerCase() + name.slice(1), targets, reason, () =>
      this.opened.app.get(CommandBus).execute(command),
    );
  }

  /** The same for what is no command: nothing is changed from here without a trace. */
  async change<R>(operation: string, targets: readonly string[], reason: string | null, work: () => Promise<R>) {
    const { app } = this.opened;
    const trail = app.get(AuditTrail, { strict: false });
    const id = app.get(Ids, { strict: false }).next();
    const said = { request: `shop ${operation}`, targets, reason, requestId: null };
    await trail.begin({ id, actor: operatorName(), role: 'operator', channel: 'command-line', operation, ...said });
    try {
      const done = await work();
      await trail.end(id, { status: 200, code: null, made: madeBy(done) });
      return done;
    } catch (error) {
      const { status, code } = failureOf(error);
      await trail.end(id, { status, code, made: null }).catch(() => undefined);
      throw error;
    }
  }
}
