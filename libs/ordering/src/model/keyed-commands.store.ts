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
    .update(JSON.stringify(body, (_, value: unknown) => (isPlain(value) ? sorted(value) : value)))
    .digest('hex');

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

type Request = Pick<IdempotencyKey, 'bodyHash' | 'command'>;

const sameRequest = (a: Request, b: Request) => a.bodyHash === b.bodyHash && a.command === b.command;

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

  async once(key: IdempotencyKey, run: (commandId: Uuid) => Promise<DatedOrder>): Promise<KeyedAnswer> {
    const name = JSON.stringify([key.caller, key.key]);
    for (let first = this.running.get(name); first; first = this.running.get(name)) {
      const view = await this.waitFor(first, sameRequest(first.key, key));
      if (view && sameRequest(first.key, key)) return { view, replayed: true };
    }
    let replayed = false;
    const work = async () => {
      const stored = await this.keys.find(key.caller, key.key);
      if (stored) replayed = true;
      return stored ? this.again(stored, key) : this.first(key, run, () => (replayed = true));
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
  async answered(key: IdempotencyKey): Promise<DatedOrder | undefined> {
    const running = this.running.get(JSON.stringify([key.caller, key.key]));
    if (running) await this.waitFor(running, false);
    const stored = await this.keys.find(key.caller, key.key);
    return stored && sameRequest(stored, key) ? this.again(stored, key) : undefined;
  }

  private async first(
    key: IdempotencyKey,
    run: (commandId: Uuid) => Promise<DatedOrder>,
    replay: () => void,
  ): Promise<DatedOrder> {
    try {
      return await run(this.ids.next());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Another process may have run the request first. Then its answer counts, whatever the cart contains now.
      const stored = error instanceof IdempotencyKeyTaken ? error.stored : await this.keys.find(key.caller, key.key);
      if (!stored) throw error;
      replay();
      return this.again(stored, key);
    }
  }

  private again(stored: StoredKey, key: IdempotencyKey): Promise<DatedOrder> {
    if (!sameRequest(stored, key)) throw new IdempotencyKeyTaken(stored);
    return this.orders.asAnswered(stored.orderId, stored.commandId);
  }

  /** With `shares`, the first request's answer or error is returned. Otherwise this only waits until it has ended. */
  private async waitFor({ answer }: Running, shares: boolean): Promise<DatedOrder | undefined> {
    const late = new AbortController();
    const tooLate = pause(MAX_WAIT_MS, 'too late' as const, { signal: late.signal });
    tooLate.catch(() => undefined);
    try {
      const outcome = await Promise.race([shares ? answer : answer.catch(() => undefined), tooLate]);
      if (outcome === 'too late') throw new StillRunning();
      return outcome;
    } finally {
      late.abort();
    }
  }
}
