/**
 * Marks a point where the fault suite may end or stop the process. It has a name (`relay.delivered`), and texts that
 * say which step passes it. This function does nothing. Only a process that was started with
 * `--conditions=crash-tests` uses another one (test/faults/support/crash-points.cjs).
 */
export const crashPoint = (_name: string, ..._at: readonly string[]): void => undefined;
