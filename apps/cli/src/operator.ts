import { Injectable } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { Command, Query } from '@nestjs/cqrs';
import { readConfig } from '#platform/config';
import { backstage, type Backstage } from '#platform/serve';
import { everyContext } from '../../api/src/every-context';

/** Opens the shop backstage for one command, and closes it again whatever becomes of it. */
@Injectable()
export class Operator {
  async work<T>(task: (shop: Shop) => Promise<T>): Promise<T> {
    const opened = await backstage(everyContext, readConfig());
    try {
      return await task(new Shop(opened));
    } finally {
      await opened.close();
    }
  }
}

export class Shop {
  constructor(private readonly opened: Backstage) {}

  get app() {
    return this.opened.app;
  }

  get config() {
    return this.opened.config;
  }

  ask<R>(query: Query<R>): Promise<R> {
    return this.opened.app.get(QueryBus).execute(query);
  }

  tell<R>(command: Command<R>): Promise<R> {
    return this.opened.app.get(CommandBus).execute(command);
  }
}
