/**
 * Marks a point where the fault suite may end or stop the process: `relay.delivered`, and at which of the steps that come
 * by it. Here it does nothing; only a process started with `--conditions=crash-tests` gets another one
 * (test/faults/support/crash-points.cjs).
 */
export const crashPoint = (_name: string, ..._at: readonly string[]): void => undefined;
