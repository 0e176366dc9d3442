import { Inject, Injectable, Optional } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl, Databases } from '#database';
import { Leadership } from '#database/leadership';
import { Branches } from './branches';
import { ELSEWHERE } from './elsewhere';
import type { Envelope } from '../messages/envelope';
import { receive } from '../inbox/inbox.store';
import { SubscriptionCache, type Subscribed } from './subscription-cache';
import { Transport } from './transport';

/**
 * Copies messages from database to database, without a broker. One statement writes all messages for a receiver. The
 * receiver's context may run in this process or in another one.
 */
@Injectable()
export class LocalTransport extends Transport {
  private readonly tables: SubscriptionCache;

  constructor(
    private readonly branches: Branches,
    private readonly databases: Databases,
    private readonly leadership: Leadership,
    private readonly config: Config,
    @Optional() @Inject(ELSEWHERE) private readonly elsewhere: readonly ContextName[] | null,
  ) {
    super();
    this.tables = new SubscriptionCache((context) => this.database(context));
  }

  get receivers(): readonly ContextName[] {
    return [...new Set([...this.branches.all.map(({ context }) => context), ...(this.elsewhere ?? [])])];
  }

  subscribed(receiver: ContextName, notOlderThanMs: number): Promise<Subscribed> {
    return this.tables.notOlderThan(notOlderThanMs, receiver);
  }

  remembered(receiver: ContextName): Subscribed | undefined {
    return this.tables.remembered(receiver);
  }

  async deliver(from: ContextName, receiver: ContextName, messages: readonly Envelope[]): Promise<void> {
    await receive(this.database(receiver), messages, this.sharesServer(from, receiver));
    crashPoint('transport.handed-over', `${from}-to-${receiver}`);
    const localBranch = this.branches.find(receiver);
    localBranch?.inbox.ring();
    if (!localBranch || this.leadership.hasPeers) this.leadership.notify(`inbox:${receiver}`);
  }

  private database(context: ContextName) {
    return this.branches.find(context)?.db ?? this.databases.of(context);
  }

  sharesServer(one: ContextName, other: ContextName): boolean {
    return databaseUrl(this.config, one) === databaseUrl(this.config, other);
  }
}
