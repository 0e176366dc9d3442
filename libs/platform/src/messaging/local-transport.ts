import { Injectable } from '@nestjs/common';
import type { ContextName } from '#platform/config';
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
  ) {
    super();
  }

  async deliver(_from: ContextName, messages: readonly Envelope[]): Promise<void> {
    await Promise.all(
      this.branches.all.map(async ({ context, db, handlers, inbox }) => {
        const heard = messages.filter(({ type }) => handlers.hears(type));
        if (heard.length === 0) return;
        await receive(db, heard);
        inbox.ring();
        if (this.leadership.hasPeers) this.leadership.notify(`inbox:${context}`);
      }),
    );
  }
}
