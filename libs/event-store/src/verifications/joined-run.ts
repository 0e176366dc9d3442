import { setTimeout as pause } from 'node:timers/promises';
import { DomainError, type Uuid } from '#kernel';

/** Long work whose result several callers may wait for. */
export interface JoinedRun<Result> {
  readonly id: Uuid;
  readonly done: Promise<Result>;
  readonly stop: AbortController;
  /**
   * How many callers wait for the result. If a caller was told to come back for it, the work goes on even when all
   * callers leave.
   */
  waiting: number;
  promised: boolean;
}

export const unavailable = (message: string) => new DomainError('UNAVAILABLE', 'unavailable', message, { seconds: 5 });

/** Begins the work. Its signal is aborted when no caller waits any more. */
export function startRun<Result>(id: Uuid, work: (signal: AbortSignal) => Promise<Result>): JoinedRun<Result> {
  const stop = new AbortController();
  const done = work(stop.signal);
  done.catch(() => undefined); // each waiting caller gets the error
  return { id, done, stop, waiting: 0, promised: false };
}

/**
 * Waits at most `patienceMs` for the result. After that it returns undefined, and the work goes on. Ends the work when
 * `gone` is aborted and nobody else waits.
 */
export async function waitFor<Result>(
  run: JoinedRun<Result>,
  patienceMs: number,
  gone: AbortSignal,
): Promise<Result | undefined> {
  run.waiting += 1;
  const over = new AbortController();
  try {
    const left = new Promise<never>((_, leave) => {
      if (gone.aborted) leave(gone.reason as Error);
      gone.addEventListener('abort', () => leave(gone.reason as Error), { signal: over.signal });
    });
    const late = pause(patienceMs, undefined, { signal: over.signal }).catch(() => undefined);
    const done = await Promise.race([run.done, late, left]);
    if (!done) run.promised = true;
    return done;
  } finally {
    over.abort();
    run.waiting -= 1;
    if (gone.aborted && run.waiting === 0 && !run.promised)
      run.stop.abort(unavailable('Nobody waits for it any more.'));
  }
}

/** Aborts the work, and waits until it has ended. */
export async function stopRun(run: JoinedRun<unknown> | undefined): Promise<void> {
  run?.stop.abort(unavailable('The shop is closing.'));
  await run?.done.catch(() => undefined);
}
