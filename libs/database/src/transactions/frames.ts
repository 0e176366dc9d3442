import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database } from './database';
import type { Transaction } from './transaction';

/** What is known about running work: its open transactions, the innermost first, and whether it waits for locks. */
export interface Frame {
  readonly database?: Database;
  readonly transaction?: Transaction;
  readonly outer?: Frame;
  readonly waitsForLocks: boolean;
}

/** One `AsyncLocalStorage` for all contexts, because on Node 20 each additional instance makes every promise slower. */
export const frames = new AsyncLocalStorage<Frame | undefined>();

export const mayWaitForLocks = (): boolean => frames.getStore()?.waitsForLocks ?? true;

/**
 * Runs the work without retries for a lock: if another transaction holds the lock, the error (55P03) is thrown. Use
 * this for work that has its own retries, such as a message handler.
 */
export const withoutLockWait = <T>(work: () => T): T =>
  frames.run({ outer: frames.getStore(), waitsForLocks: false }, work);

/** The databases with an open transaction around this work, the innermost first. */
export function openDatabases(): readonly Database[] {
  const found: Database[] = [];
  for (let frame = frames.getStore(); frame; frame = frame.outer) if (frame.database) found.push(frame.database);
  return found;
}
