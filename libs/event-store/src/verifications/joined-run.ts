import { setTimeout as pause } from 'node:timers/promises';
import { DomainError, type Uuid } from '#kernel';

/** Long work. Several callers can wait for its result. */
export interface JoinedRun<Result> {
  readonly id: Uuid;
  readonly done: Promise<Result>;
  readonly stop: AbortController;
  /** How many callers wait for the result. */
  waiting: number;
  /** Whether a caller was told to ask for the result later. Then the work continues even if no caller waits. */
  promised: boolean;
}

export const unavailable = (message: string) => new DomainError('UNAVAILABLE', 'unavailable', message, { seconds: 5 });

/** Starts the work. `waitFor` and `stopRun` can abort the signal that the work gets. */
export function startRun<Result>(id: Uuid, work: (signal: AbortSignal) => Promise<Result>): JoinedRun<Result> {
  const stop = new AbortController();
  const done = work(stop.signal);
  done.catch(() => undefined); // each waiting caller gets the error; without a caller it would be an unhandled rejection
  return { id, done, stop, waiting: 0, promised: false };
}

/**
 * Waits at most `patienceMs` for the result. After this time it returns undefined, and the work continues. If
 * `callerGone` is aborted, this caller does not wait any more. Then the work is aborted if no other caller waits and no
 * caller was told to ask for the result later.
 */
export async function waitFor<Result>(
  run: JoinedRun<Result>,
  patienceMs: number,
  callerGone: AbortSignal,
): Promise<Result | undefined> {
  run.waiting += 1;
  const finished = new AbortController();
  try {
    const gone = new Promise<never>((_, reject) => {
      if (callerGone.aborted) reject(callerGone.reason as Error);
      callerGone.addEventListener('abort', () => reject(callerGone.reason as Error), { signal: finished.signal });
    });
    const timeout = pause(patienceMs, undefined, { signal: finished.signal }).catch(() => undefined);
    const result = await Promise.race([run.done, timeout, gone]);
    if (!result) run.promised = true;
    return result;
  } finally {
    finished.abort();
    run.waiting -= 1;
    if (callerGone.aborted && run.waiting === 0 && !run.promised)
      run.stop.abort(unavailable('No caller waits for the result any more.'));
  }
}

/** Aborts the work, and waits until it has ended. */
export async function stopRun(run: JoinedRun<unknown> | undefined): Promise<void> {
  run?.stop.abort(unavailable('This process is stopping. Ask again.'));
  await run?.done.catch(() => undefined);
}
