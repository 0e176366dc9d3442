import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import type { ContextName } from '#platform/config';
import {
  MessageEndpoints,
  DeadLetters,
  type DeadLetter,
  type DeadLetterFilter,
  type LetterState,
  type OpenMessage,
} from '#messaging';
import { sendAfterDrop } from '../upkeep/after-drop';
import type { LetterAddress } from './letter-id';

export type Letter = DeadLetter & LetterAddress;
/** An open message, with the context whose inbox it is in. */
export type OpenInboxMessage = OpenMessage & LetterAddress;

/** A dead letter that was dropped. */
export interface Dropped {
  readonly context: ContextName;
  readonly handler: string;
  readonly key: string;
  readonly type: string;
  /** The types of the messages that were sent because of it. */
  readonly sent: readonly string[];
}

export interface LetterFilter extends Pick<DeadLetterFilter, 'key' | 'type'> {
  readonly context?: ContextName | undefined;
}

/**
 * The inboxes of all contexts in this process: their dead letters, and other messages that are not handled yet. Within
 * a context, messages are in order of arrival.
 */
@Injectable()
export class Inboxes {
  constructor(private readonly endpoints: MessageEndpoints) {}

  /** Lists the dead letters after `after`, sorted by context and number. */
  async listDeadLetters({ context, ...filter }: LetterFilter, limit: number, after?: LetterAddress): Promise<Letter[]> {
    const found: Letter[] = [];
    for (const { context: name, letters } of this.lettersByContext(context)) {
      if (after && name < after.context) continue;
      const from = after?.context === name ? after.seq : 0;
      const more = await letters.list(limit - found.length, from, filter);
      found.push(...more.map((letter) => ({ ...letter, context: name })));
      if (found.length >= limit) break;
    }
    return found;
  }

  async viewDeadLetter({ context, seq }: LetterAddress): Promise<Letter | undefined> {
    const [own] = this.lettersByContext(context);
    const [letter] = (await own?.letters.list(1, seq - 1, { seqs: [seq] })) ?? [];
    return letter && { ...letter, context };
  }

  /** Redrives dead letters, at most `limit` in all. Within a context they are redriven in order of arrival. */
  async redriveAll({ context, ...filter }: LetterFilter, limit: number): Promise<LetterAddress[]> {
    const redriven: LetterAddress[] = [];
    for (const { context: name, letters } of this.lettersByContext(context)) {
      if (redriven.length >= limit) break;
      const seqs = await letters.redriveAll(filter, limit - redriven.length);
      redriven.push(...seqs.map((seq) => ({ context: name, seq })));
    }
    return redriven;
  }

  async redriveByIds(addresses: readonly LetterAddress[]): Promise<LetterAddress[]> {
    const redriven: LetterAddress[] = [];
    for (const { context: name, letters } of this.lettersByContext()) {
      const seqs = addresses.filter(({ context }) => context === name).map(({ seq }) => seq);
      if (seqs.length === 0) continue;
      redriven.push(...(await letters.redriveAll({ seqs }, seqs.length)).map((seq) => ({ context: name, seq })));
    }
    return redriven;
  }

  /** The current states of these messages, which need not be dead letters any more. */
  async states(addresses: readonly LetterAddress[]): Promise<(LetterState & LetterAddress)[]> {
    const found: (LetterState & LetterAddress)[] = [];
    for (const { context: name, letters } of this.lettersByContext()) {
      const seqs = addresses.filter(({ context }) => context === name).map(({ seq }) => seq);
      if (seqs.length > 0)
        found.push(...(await letters.readStates(seqs)).map((state) => ({ ...state, context: name })));
    }
    return found;
  }

  /** Returns undefined if there is no such dead letter. */
  async drop({ context, seq }: LetterAddress, why: string): Promise<Dropped | undefined> {
    const endpoint = this.endpoints.find(context);
    return endpoint?.db.transaction(async () => {
      const dropped = await new DeadLetters(endpoint.db, endpoint.inbox).drop(seq, why);
      if (!dropped) return undefined;
      const { handler, key, type } = dropped;
      return { context, handler, key, type, sent: sendAfterDrop(endpoint, handler, [dropped]) };
    });
  }

  /** The open inbox rows of these messages in all contexts of this process, and the open messages of the saga `own`. */
  async findOpen(messageIds: readonly Uuid[], own: { context: ContextName; handler: string; key: string }) {
    const found: OpenInboxMessage[] = [];
    for (const { context, letters, lane } of this.lettersByContext())
      for (const message of await letters.findOpen(
        messageIds,
        context === own.context ? { ...own, lane: lane(own.handler) } : undefined,
      ))
        found.push({ ...message, context });
    return found;
  }

  /**
   * Redrives the dead letters among these messages and the messages of the saga `own`. Makes postponed messages due
   * now.
   */
  async wake(messageIds: readonly Uuid[], own: { context: ContextName; handler: string; key: string }): Promise<void> {
    for (const open of await this.findOpen(messageIds, own)) if (open.state === 'dead') await this.redriveByIds([open]);
    for (const { context, letters, lane } of this.lettersByContext())
      await letters.makeDueNow(
        messageIds,
        context === own.context ? { key: own.key, lane: lane(own.handler) } : undefined,
      );
  }

  private lettersByContext(only?: ContextName) {
    return this.endpoints.all
      .filter(({ context }) => only === undefined || context === only)
      .sort((one, other) => (one.context < other.context ? -1 : 1))
      .map(({ context, db, inbox, handlers }) => ({
        context,
        letters: new DeadLetters(db, inbox),
        lane: (handler: string) => handlers.find(handler)?.lane ?? handler,
      }));
  }
}
