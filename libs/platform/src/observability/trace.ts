import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn many at a time, because one draw costs as much as the rest of a small request. */
const drawn = Buffer.allocUnsafe(8_160);
let used = drawn.length;

function randomHex(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  return drawn.toString('hex', used, (used += bytes));
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A new span within the caller's trace, or within a new one. */
export function traceparentFrom(header: unknown): string {
  const random = randomHex(24);
  const trace = typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
  return `00-${trace ?? random.slice(16)}-${random.slice(0, 16)}-01`;
}

const SANE = /^[\w.:-]{1,128}$/;

/** The caller's request id if it is valid, else a new one. */
export const requestIdFrom = (header: unknown): string =>
  typeof header === 'string' && SANE.test(header) ? header : randomHex(16);
