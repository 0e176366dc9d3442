import { Injectable } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl } from '#platform/database';
import { Leadership } from '#platform/leadership';
import { Branches } from './branches';
import type { Envelope } from './envelope';
import { receive } from './inbox.store';
import { Transport } from './transport';

/** From database to database, without a broker: one statement per context that hears any of it. */
@Injectable()
export class LocalTransport extends Transport {
  constructor(
    private readonly branches: Branches,
    private readonly leadership: Leadership,
    private readonly config: Config,
  ) {
    super();
  }

  async deliver(from: ContextName, messages: readonly Envelope[]): Promise<void> {
    await Promise.all(
      this.branches.all.map(async ({ context, db, handlers, inbox }) => {
        const heard = messages.filter(({ type }) => handlers.hears(type));
        if (heard.length === 0) return;
        await receive(db, heard, databaseUrl(this.config, from) === databaseUrl(this.config, context));
        inbox.ring();
        if (this.leadership.hasPeers) this.leadership.notify(`inbox:${context}`);
      }),
    );
  }
}
