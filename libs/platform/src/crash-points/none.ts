/**
 * Marks a point where the fault suite may end or stop the process: its name (`relay.delivered`), and which of the
 * steps that pass it. Here it does nothing. Only a process started with `--conditions=crash-tests` gets another
 * function (test/faults/support/crash-points.cjs).
 */
export const crashPoint = (_name: string, ..._at: readonly string[]): void => undefined;
