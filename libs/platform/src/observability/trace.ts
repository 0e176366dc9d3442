import { randomBytes } from 'node:crypto';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A span of our own within the caller's trace, or within a new one. */
export function traceparentFrom(header: unknown): string {
  const random = randomBytes(24).toString('hex');
  const trace = typeof header === 'string' ? TRACEPARENT.exec(header)?.[1] : undefined;
  return `00-${trace ?? random.slice(16)}-${random.slice(0, 16)}-01`;
}

const SANE = /^[\w.:-]{1,128}$/;

/** The caller's request id when it sent a sane one, else a new one. */
export const requestIdFrom = (header: unknown): string =>
  typeof header === 'string' && SANE.test(header) ? header : randomBytes(16).toString('hex');
