/** How often @fastify/under-pressure looks at the event loop, in milliseconds. */
export const SAMPLE_MS = 1_000;

/** Longer than one long pause can affect the samples. */
const LASTING_MS = 2.5 * SAMPLE_MS;

/**
 * Returns a function that says whether the event loop has been late for longer than one long pause can explain.
 * `isLate` says whether the newest sample is late. `now` is in milliseconds.
 */
export function lasting(isLate: () => boolean, now = () => performance.now()): () => boolean {
  let since = 0;
  let seen = -Infinity;
  return () => {
    const at = now();
    if (!isLate()) {
      seen = -Infinity;
      return false;
    }
    if (at - seen > 2 * SAMPLE_MS) since = at; // there was no call for a while, so this lateness is new
    seen = at;
    return at - since > LASTING_MS;
  };
}
