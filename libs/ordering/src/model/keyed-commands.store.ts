import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError, type Uuid } from '#kernel';
import { Ids } from '#platform/system';
import type { DatedOrder } from './dated-order';
import { IdempotencyKeys, IdempotencyKeyTaken, type IdempotencyKey, type StoredKey } from './idempotency-keys.store';
import { Orders } from './orders.store';

/** The order after the command. `replayed` is true if an earlier request with the key ran the command. */
export interface KeyedAnswer {
  readonly view: DatedOrder;
  readonly replayed: boolean;
}

interface Running {
  readonly key: IdempotencyKey;
  readonly answer: Promise<DatedOrder>;
}

const MAX_WAIT_MS = 2_000;

class StillRunning extends DomainError {
  constructor() {
    super(
      'IDEMPOTENCY_IN_PROGRESS',
      'conflict',
      'A request with this Idempotency-Key is still running. Ask again in a moment.',
    );
  }
}

/** SHA-256 of a JSON value. The order of its fields does not matter. */
export const bodyHash = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(body, (_, value: unknown) => (isPlainObject(value) ? sortFields(value) : value)))
    .digest('hex');

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const sortFields = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

type RequestContent = Pick<IdempotencyKey, 'bodyHash' | 'command'>;

const isSameRequest = (a: RequestContent, b: RequestContent) => a.bodyHash === b.bodyHash && a.command === b.command;

/**
 * Runs commands that a client can repeat. The append of the events also stores the key, in the same statement, so the
 * key survives a crash. Parallel requests with the same key in this process wait for the first answer, without a
 * database connection.
 */
@Injectable()
export class KeyedCommands {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly orders: Orders,
    private readonly ids: Ids,
  ) {}

  async runOnce(key: IdempotencyKey, run: (commandId: Uuid) => Promise<DatedOrder>): Promise<KeyedAnswer> {
    const name = JSON.stringify([key.caller, key.key]);
    for (let first = this.running.get(name); first; first = this.running.get(name)) {
      const view = await this.waitFor(first, isSameRequest(first.key, key));
      if (view && isSameRequest(first.key, key)) return { view, replayed: true };
    }
    let replayed = false;
    const work = async () => {
      const stored = await this.keys.find(key.caller, key.key);
      if (stored) replayed = true;
      return stored ? this.answerAgain(stored, key) : this.runFirst(key, run, () => (replayed = true));
    };
    const answer = work();
    this.running.set(name, { key, answer });
    try {
      return { view: await answer, replayed };
    } finally {
      this.running.delete(name);
    }
  }

  /**
   * Finds the answer to an earlier request with the same key and content. Returns undefined if the key was not used, or
   * was used for a different request.
   */
  async findAnswer(key: IdempotencyKey): Promise<DatedOrder | undefined> {
    const running = this.running.get(JSON.stringify([key.caller, key.key]));
    if (running) await this.waitFor(running, false);
    const stored = await this.keys.find(key.caller, key.key);
    return stored && isSameRequest(stored, key) ? this.answerAgain(stored, key) : undefined;
  }

  private async runFirst(
    key: IdempotencyKey,
    run: (commandId: Uuid) => Promise<DatedOrder>,
    markReplayed: () => void,
  ): Promise<DatedOrder> {
    try {
      return await run(this.ids.next());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Perhaps another process has run the request first. Then that answer is returned, even if the cart has changed
      // since.
      const stored = error instanceof IdempotencyKeyTaken ? error.stored : await this.keys.find(key.caller, key.key);
      if (!stored) throw error;
      markReplayed();
      return this.answerAgain(stored, key);
    }
  }

  private answerAgain(stored: StoredKey, key: IdempotencyKey): Promise<DatedOrder> {
    if (!isSameRequest(stored, key)) throw new IdempotencyKeyTaken(stored);
    return this.orders.viewAfterCommand(stored.orderId, stored.commandId);
  }

  /**
   * Waits until the first request has ended. With `sharesAnswer`, returns the answer or throws the error of that
   * request.
   */
  private async waitFor({ answer }: Running, sharesAnswer: boolean): Promise<DatedOrder | undefined> {
    const waitEnded = new AbortController();
    const timeout = pause(MAX_WAIT_MS, 'too late' as const, { signal: waitEnded.signal });
    timeout.catch(() => undefined);
    try {
      const outcome = await Promise.race([sharesAnswer ? answer : answer.catch(() => undefined), timeout]);
      if (outcome === 'too late') throw new StillRunning();
      return outcome;
    } finally {
      waitEnded.abort();
    }
  }
}
