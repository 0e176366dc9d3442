import { Inject, Injectable, Optional } from '@nestjs/common';
import { crashPoint } from '#crash-points';
import { Config, type ContextName } from '#platform/config';
import { databaseUrl, Databases } from '#platform/database';
import { Leadership } from '#platform/leadership';
import type { Branch } from './branch';
import { Branches } from './branches';
import { ELSEWHERE } from './elsewhere';
import type { Envelope } from './envelope';
import { receive, receiveElsewhere } from './inbox.store';
import { Transport } from './transport';

/**
 * From database to database, without a broker: one statement per context that may hear any of it. What contexts of
 * other processes hear is known to their databases only, so each of them is asked, and one that was never opened
 * keeps the messages where they are.
 */
@Injectable()
export class LocalTransport extends Transport {
  constructor(
    private readonly branches: Branches,
    private readonly databases: Databases,
    private readonly leadership: Leadership,
    private readonly config: Config,
    @Optional() @Inject(ELSEWHERE) private readonly elsewhere: readonly ContextName[] | null,
  ) {
    super();
  }

  async deliver(from: ContextName, messages: readonly Envelope[]): Promise<void> {
    const afar = (this.elsewhere ?? []).filter((context) => !this.branches.find(context));
    const outcomes = await Promise.allSettled([
      ...this.branches.all.map((branch) => this.handOver(branch, from, messages)),
      ...afar.map((context) => this.send(context, from, messages)),
    ]);
    const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
    if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('; '), { cause: failures[0] });
  }

  private async handOver({ context, db, handlers, inbox }: Branch, from: ContextName, messages: readonly Envelope[]) {
    const heard = messages.filter(({ type }) => handlers.hears(type));
    if (heard.length === 0) return;
    await receive(db, heard, this.sameServer(from, context));
    crashPoint('transport.handed-over', `${from}-to-${context}`);
    inbox.ring();
    if (this.leadership.hasPeers) this.leadership.notify(`inbox:${context}`);
  }

  private async send(context: ContextName, from: ContextName, messages: readonly Envelope[]) {
    const { opened, kept } = await receiveElsewhere(
      this.databases.of(context),
      messages,
      this.sameServer(from, context),
    ).catch((error: Error) => {
      throw new Error(`${context} cannot be reached (${error.message})`, { cause: error });
    });
    if (!opened) throw new Error(`${context} was never opened`);
    if (kept) this.leadership.notify(`inbox:${context}`);
  }

  private sameServer(one: ContextName, other: ContextName): boolean {
    return databaseUrl(this.config, one) === databaseUrl(this.config, other);
  }
}
