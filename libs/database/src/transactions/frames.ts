import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from './database';
import type { Transaction } from './transaction';

/** What surrounds a piece of work: the open transactions, innermost first, and whether it may wait for locks. */
export interface Frame {
  readonly database?: Database;
  readonly transaction?: Transaction;
  readonly outer?: Frame;
  readonly waitsForLocks: boolean;
}

/** One store for all contexts, because on Node 20 every further one makes each promise slower. */
export const frames = new AsyncLocalStorage<Frame | undefined>();

export const mayWaitForLocks = (): boolean => frames.getStore()?.waitsForLocks ?? true;

/**
 * Runs the work so that a lock held by somebody else is an error at once (55P03). For work that is repeated later in
 * its own way, such as the handler of a message.
 */
export const withoutLockWait = <T>(work: () => T): T =>
  frames.run({ outer: frames.getStore(), waitsForLocks: false }, work);

/** The databases that have a transaction open around this work, the innermost first. */
export function openDatabases(): readonly Database[] {
  const found: Database[] = [];
  for (let frame = frames.getStore(); frame; frame = frame.outer) if (frame.database) found.push(frame.database);
  return found;
}
