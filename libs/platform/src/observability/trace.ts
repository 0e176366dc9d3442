import { randomFillSync } from 'node:crypto';

/**
 * Random bytes are generated in blocks, because one call of the generator takes as long as the other work of a small
 * request.
 */
const pool = Buffer.allocUnsafe(8_160);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.toString('hex', used, (used += bytes));
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Returns the `traceparent` of a new span in the caller's trace. If the header is missing or invalid, the trace is new
 * too.
 */
export function traceparentFrom(header: unknown): string {
  const random = randomHex(24);
  const trace = typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
  return `00-${trace ?? random.slice(16)}-${random.slice(0, 16)}-01`;
}

/** The id of the trace that a `traceparent` names. */
export const traceIdOf = (traceparent: string): string => traceparent.split('-')[1];

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's request id if it is valid, else a new id. */
export const requestIdFrom = (header: unknown): string =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : randomHex(16);
