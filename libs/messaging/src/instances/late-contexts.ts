import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import { isUnreachable } from '#database';

const RETRY_MS = 2_000;

/**
 * The contexts that are allowed to open later, when their databases are available. The application provides this list.
 * Without it, all contexts must open at the start.
 */
export abstract class LateContexts {
  abstract readonly contexts: readonly ContextName[];
  /** True if the context's database was available at the start, and has the schema of this build. */
  abstract isPrepared(context: ContextName): boolean;
  /** Migrates the context's database to this build, once. Rejects while the database does not answer. */
  abstract prepare(context: ContextName): Promise<void>;
}

/**
 * Opens the context now if its database is available and accepts writes. Otherwise this logs a warning, and retries in
 * the background.
 */
export async function openNowOrLater(
  context: ContextName,
  lateContexts: LateContexts,
  open: () => Promise<void>,
  stopping: AbortSignal,
  log: Logger,
): Promise<void> {
  if (lateContexts.isPrepared(context)) {
    try {
      return await open();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
    }
  }
  log.warn(`the database of ${context} is away: the other contexts open now, and ${context} opens when it is back`);
  void openWhenBack(context, lateContexts, open, stopping, log);
}

async function openWhenBack(
  context: ContextName,
  lateContexts: LateContexts,
  open: () => Promise<void>,
  stopping: AbortSignal,
  log: Logger,
): Promise<void> {
  for (let lastMessage = ''; ;) {
    await pause(RETRY_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    if (stopping.aborted) return;
    try {
      await lateContexts.prepare(context);
      await open();
      log.log(`the database of ${context} is back, and ${context} is open`);
      return;
    } catch (error) {
      const { message } = error as Error;
      if (!isUnreachable(error) && message !== lastMessage) log.error(`${context} cannot be opened: ${message}`);
      lastMessage = message;
    }
  }
}
