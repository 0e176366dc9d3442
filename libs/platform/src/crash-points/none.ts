/**
 * Marks a point in the code where a fault test may kill or pause the process. The point has a name (`relay.delivered`).
 * Further texts describe the current step. This function does nothing. A process that was started with
 * `--conditions=crash-tests` uses the function in test/faults/support/crash-points.cjs instead.
 */
export const crashPoint = (_name: string, ..._at: readonly string[]): void => undefined;
