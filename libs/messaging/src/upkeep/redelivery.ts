import { Injectable } from '@nestjs/common';
import { NotFound } from '#kernel';
import type { ContextName } from '#platform/config';
import { Leadership } from '#database/leadership';
import { MessageEndpoints } from '../outbox/message-endpoints';
import { withSequence } from '../messages/envelope';
import { countOrAddMissing, readSentSince, readSubscribedTypesOf, type Since } from './redelivery.store';

const BATCH = 500;

export interface Redelivery {
  readonly to: ContextName;
  readonly since: Since;
  /** Redelivers only messages from this sender. */
  readonly from?: ContextName | undefined;
  /** Redelivers only to this handler. */
  readonly handler?: string | undefined;
  /** Counts the missing messages, but delivers none. */
  readonly dryRun?: boolean | undefined;
}

export interface Redelivered {
  readonly from: ContextName;
  /** The number of messages of that time that the receiver subscribed to. */
  readonly found: number;
  /** The number of missing inbox rows: one for each message and handler. */
  readonly missing: number;
}

/**
 * Delivers sent messages again if the receiver does not have them. This helps after a receiver was restored from a
 * backup, and if a new handler needs older messages. Outboxes keep sent messages for 7 days.
 */
@Injectable()
export class Redeliveries {
  constructor(
    private readonly endpoints: MessageEndpoints,
    private readonly leadership: Leadership,
  ) {}

  /** Delivers the messages of each sender in the order of sending. Messages of different senders have no order. */
  async redeliver({ to, since, from, handler, dryRun = false }: Redelivery): Promise<Redelivered[]> {
    const receiver = this.endpoints.get(to).db;
    const types = await readSubscribedTypesOf(receiver, handler ?? null);
    if (handler && types.length === 0) throw new NotFound('handler');
    const redelivered: Redelivered[] = [];
    for (const sender of from ? [this.endpoints.get(from)] : this.endpoints.all) {
      let [found, missing, after] = [0, 0, 0];
      for (;;) {
        const rows = await readSentSince(sender.db, since, after, types, BATCH);
        if (rows.length === 0) break;
        found += rows.length;
        missing += await countOrAddMissing(receiver, rows.map(withSequence), handler ?? null, !dryRun);
        after = rows.at(-1)!.seq;
        if (!dryRun) this.leadership.notify(`inbox:${to}`);
      }
      if (found > 0) redelivered.push({ from: sender.context, found, missing });
    }
    return redelivered;
  }
}
