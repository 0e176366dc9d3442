/** How often @fastify/under-pressure looks at the event loop, in milliseconds. */
export const SAMPLE_MS = 1_000;

/** Longer than one long pause can be seen in the samples. */
const LASTING_MS = 2.5 * SAMPLE_MS;

/**
 * Whether the event loop has been late for longer than one long pause explains. `isLate` tells of the newest sample.
 * `now` is in milliseconds.
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
    if (at - seen > 2 * SAMPLE_MS) since = at; // nobody asked between two pauses
    seen = at;
    return at - since > LASTING_MS;
  };
}
