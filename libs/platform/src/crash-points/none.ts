/**
 * Marks a point in the code where a fault test can kill or pause the process. `_name` is the name of the point, such as
 * `relay.delivered`. The further texts describe the current step. This function does nothing. A process that was
 * started with `--conditions=crash-tests` uses the function in test/faults/support/crash-points.cjs instead.
 */
export const crashPoint = (_name: string, ..._at: readonly string[]): void => undefined;
