/** How often @fastify/under-pressure measures the event loop, in milliseconds. */
export const SAMPLE_MS = 1_000;

/** A single pause of the event loop can make samples late for a shorter time only. */
const LASTING_MS = 2.5 * SAMPLE_MS;

/**
 * Returns a function that says whether the process is overloaded: the event loop has been late for so long that a
 * single pause cannot be the cause. `isLate` says whether the newest sample is late. `now` is in milliseconds.
 */
export function createOverloadCheck(isLate: () => boolean, now = () => performance.now()): () => boolean {
  let lateSince = 0;
  let lastLateCall = -Infinity;
  return () => {
    const at = now();
    if (!isLate()) {
      lastLateCall = -Infinity;
      return false;
    }
    if (at - lastLateCall > 2 * SAMPLE_MS) lateSince = at; // the event loop was perhaps on time since the last call
    lastLateCall = at;
    return at - lateSince > LASTING_MS;
  };
}
