import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError, type Uuid } from '#kernel';
import { Ids } from '#platform/system';
import type { DatedOrder } from './dated-order';
import { IdempotencyKeys, IdempotencyKeyTaken, type IdempotencyKey, type StoredKey } from './idempotency-keys.store';
import { Orders } from './orders.store';

/** The order after the command: from this request, or from the first one with this key. */
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
 * Commands that a client may repeat. The append itself writes the key's row, so the key survives a crash. Within this
 * process, parallel requests with the same key wait for the first answer, without a database connection.
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

  /** The first answer to this same request. Undefined if there was no request with this key, or a different one. */
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
      // Another process may have run the request first. Then its answer counts, even if the cart has changed since.
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
   * With `sharesAnswer`, the first request's answer or error is returned. Otherwise this only waits until it has ended.
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
