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

/**
 * Opens the application for one command of the command line, and always closes it afterwards. Meanwhile the application
 * serves no HTTP, handles no messages and runs no jobs.
 */
@Injectable()
export class ShopOpener {
  async withShop<T>(task: (shop: Shop) => Promise<T>, options: { readonly migrates?: boolean } = {}): Promise<T> {
    const opened = await openForCommands(everyContext, readConfig(), options);
    try {
      return await task(new Shop(opened));
    } finally {
      await opened.close();
    }
  }
}

/** Names the operator by the user number on this machine, because the audit trail stores no names of people. */
export const operatorName = (): string => `os:${userInfo().uid}`;

const idOfResult = (result: unknown): string | null => {
  const id = (result as { id?: unknown } | null | undefined)?.id;
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

  /** How many migrations were run for this command, by context. */
  get ran() {
    return this.opened.ran;
  }

  /** The migrations, by context, that a newer build has already run. This build can work with them. */
  get newer() {
    return this.opened.newer;
  }

  query<R>(query: Query<R>): Promise<R> {
    return this.opened.app.get(QueryBus).execute(query);
  }

  /** Executes the command, and writes it to the audit trail with its targets. */
  execute<R>(command: Command<R>, targets: readonly string[] = [], reason: string | null = null): Promise<R> {
    const name = command.constructor.name;
    return this.runAudited(name.charAt(0).toLowerCase() + name.slice(1), targets, reason, () =>
      this.opened.app.get(CommandBus).execute(command),
    );
  }

  /** Makes a change that is not a command, and writes it to the audit trail, as `execute` does. */
  async runAudited<R>(operation: string, targets: readonly string[], reason: string | null, work: () => Promise<R>) {
    const { app } = this.opened;
    const trail = app.get(AuditTrail, { strict: false });
    const id = app.get(Ids, { strict: false }).next();
    const entry = { request: `shop ${operation}`, targets, reason, requestId: null };
    await trail.begin({ id, actor: operatorName(), role: 'operator', channel: 'command-line', operation, ...entry });
    try {
      const result = await work();
      await trail.end(id, { status: 200, code: null, made: idOfResult(result) });
      return result;
    } catch (error) {
      const { status, code } = failureOf(error);
      await trail.end(id, { status, code, made: null }).catch(() => undefined);
      throw error;
    }
  }
}
