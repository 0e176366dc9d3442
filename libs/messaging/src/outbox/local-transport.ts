import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Client } from 'pg';
import { crashPoint } from '#crash-points';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl, Databases } from '#database';
import { Leadership } from '#database/leadership';
import { MessageEndpoints } from './message-endpoints';
import { ELSEWHERE } from './elsewhere';
import type { Envelope } from '../messages/envelope';
import { storeReceived } from '../inbox/inbox.store';
import { SubscriptionCache, type SubscribedTypes } from './subscription-cache';
import { Transport } from './transport';

/** The database of a URL as the driver reads it, without the login: each context can have a login of its own. */
function databaseNameOf(url: string): string {
  const { host, port, database } = new Client({ connectionString: url });
  return [host, port, database].join(' ');
}

/**
 * Copies messages from database to database, without a broker. One statement writes all messages for a receiver. The
 * receiver's context runs in this process or in another process.
 */
@Injectable()
export class LocalTransport extends Transport {
  private readonly log = new Logger('Relay');
  private readonly subscriptions: SubscriptionCache;
  private readonly databaseNames = new Map<ContextName, string>();

  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly databases: Databases,
    private readonly leadership: Leadership,
    private readonly config: Config,
    @Optional() @Inject(ELSEWHERE) private readonly elsewhere: readonly ContextName[] | null,
  ) {
    super();
    this.subscriptions = new SubscriptionCache((context) => this.databaseOf(context));
  }

  get receivers(): readonly ContextName[] {
    return [...new Set([...this.endpoints.all.map(({ context }) => context), ...(this.elsewhere ?? [])])];
  }

  readSubscribed(receiver: ContextName, notOlderThanMs: number): Promise<SubscribedTypes> {
    return this.subscriptions.getNotOlderThan(notOlderThanMs, receiver);
  }

  lastSubscribed(receiver: ContextName): SubscribedTypes | undefined {
    return this.subscriptions.lastRead(receiver);
  }

  async deliver(from: ContextName, receiver: ContextName, messages: readonly Envelope[]): Promise<void> {
    const route = { from, receiver, sameServer: this.sharesServer(from, receiver) };
    const refused = await storeReceived(this.databaseOf(receiver), messages, route);
    if (refused.length > 0)
      this.log.error(`${from} may not send ${refused.join(', ')} to ${receiver}. These messages are not delivered.`);
    crashPoint('transport.handed-over', `${from}-to-${receiver}`);
    const localEndpoint = this.endpoints.find(receiver);
    localEndpoint?.inbox.ring();
    if (!localEndpoint || this.leadership.hasPeers) this.leadership.notify(`inbox:${receiver}`);
  }

  private databaseOf(context: ContextName) {
    return this.endpoints.find(context)?.db ?? this.databases.of(context);
  }

  sharesServer(one: ContextName, other: ContextName): boolean {
    return this.databaseNameOf(one) === this.databaseNameOf(other);
  }

  private databaseNameOf(context: ContextName): string {
    const known = this.databaseNames.get(context);
    if (known !== undefined) return known;
    const name = databaseNameOf(databaseUrl(this.config, context));
    this.databaseNames.set(context, name);
    return name;
  }
}
