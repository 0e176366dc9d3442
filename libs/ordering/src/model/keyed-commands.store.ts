import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError, type Uuid } from '#kernel';
import { EventStore, IdempotencyKeyTaken, type IdempotencyKey, type StoredKey } from '#platform/event-store';
import { Ids } from '#platform/system';
import type { OrderView } from '../view-order/order-view';
import { Orders } from './orders.store';

/** The order as the command left it, now or when the key was first used. */
export interface KeyedAnswer {
  readonly view: OrderView;
  readonly replayed: boolean;
}

interface Running {
  readonly key: IdempotencyKey;
  readonly answer: Promise<OrderView>;
}

const PATIENCE_MS = 2_000;

class StillRunning extends DomainError {
  constructor() {
    super(
      'IDEMPOTENCY_IN_PROGRESS',
      'conflict',
      'A request with this Idempotency-Key is still running. Ask again in a moment.',
    );
  }
}

/** SHA-256 of a JSON value, in whatever order its fields came. */
export const bodyHash = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(body, (_, value: unknown) => (isPlain(value) ? sorted(value) : value)))
    .digest('hex');

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));

const sameRequest = (a: IdempotencyKey, b: IdempotencyKey) => a.bodyHash === b.bodyHash && a.command === b.command;

/**
 * Commands that a client may repeat. The key's row is written by the append itself, so that it holds across a crash;
 * within this process, those who come meanwhile wait for the first one's answer, without a database connection.
 */
@Injectable()
export class KeyedCommands {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly store: EventStore,
    private readonly orders: Orders,
    private readonly ids: Ids,
  ) {}

  async once(key: IdempotencyKey, run: (commandId: Uuid) => Promise<OrderView>): Promise<KeyedAnswer> {
    const name = JSON.stringify([key.caller, key.key]);
    for (let first = this.running.get(name); first; first = this.running.get(name)) {
      const view = await this.waitFor(first, sameRequest(first.key, key));
      if (view && sameRequest(first.key, key)) return { view, replayed: true };
    }
    let replayed = false;
    const work = async () => {
      const stored = await this.store.findKey(key.caller, key.key);
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

  private async first(
    key: IdempotencyKey,
    run: (commandId: Uuid) => Promise<OrderView>,
    replay: () => void,
  ): Promise<OrderView> {
    try {
      return await run(this.ids.next());
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Another process may have been first: then its answer counts, whatever the cart looks like by now.
      const stored =
        error instanceof IdempotencyKeyTaken ? error.stored : await this.store.findKey(key.caller, key.key);
      if (!stored) throw error;
      replay();
      return this.again(stored, key);
    }
  }

  private again(stored: StoredKey, key: IdempotencyKey): Promise<OrderView> {
    if (!sameRequest(stored, key)) throw new IdempotencyKeyTaken(stored);
    return this.orders.asAnswered(stored.orderId, stored.commandId);
  }

  /** The same request shares the answer, and the refusal too; another one only waits for its turn. */
  private async waitFor({ answer }: Running, shares: boolean): Promise<OrderView | undefined> {
    const late = new AbortController();
    const tooLate = pause(PATIENCE_MS, 'too late' as const, { signal: late.signal });
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
