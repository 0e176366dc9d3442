/* eslint-disable no-restricted-globals -- this file parses given times; it does not read the clock */

const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether the day exists. `2026-02-30` does not exist, although `Date` reads it as the 2nd of March. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.getTime() >= FIRST && day.toISOString().startsWith(text);
}

/** Parses an ISO 8601 time with a time zone, from the years 1 to 9999 in UTC. Undefined for other texts. */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined || !isDay(day)) return undefined;
  const at = Date.parse(text);
  return at >= FIRST && at <= LAST ? new Date(at) : undefined;
}

/** Like `instantOf`, in microseconds since 1970, to distinguish times within one millisecond. */
export function microsOf(text: unknown): bigint | undefined {
  const at = instantOf(text);
  if (!at) return undefined;
  const fraction = /\.(\d+)/.exec(text as string)?.[1] ?? '';
  return BigInt(at.getTime()) * 1_000n + BigInt(fraction.padEnd(6, '0').slice(3, 6));
}

/** Adds three zeros to a time with milliseconds, so that it has microseconds. */
export const inMicros = (iso: string): string => iso.replace(/\.(\d{3})Z$/, '.$1000Z');

const DAY_MS = 86_400_000;
/** The time zone of Vietnam, which has no summer time. */
const SHOP_OFFSET_MS = 7 * 3_600_000;

/**
 * The start of a day in the shop's time zone (`2026-11-23`), or the instant of a time with a zone. Undefined for other
 * texts.
 */
export function beginOf(text: unknown): Date | undefined {
  if (typeof text === 'string' && isDay(text)) return instantOf(`${text}T00:00:00+07:00`);
  return instantOf(text);
}

/** The end of the day (exclusive), or the instant of a time with a zone. */
export function endOf(text: unknown): Date | undefined {
  const begin = beginOf(text);
  return begin && typeof text === 'string' && isDay(text) ? new Date(begin.getTime() + DAY_MS) : begin;
}

/** The day of an instant, in the shop's time zone. */
export const shopDay = (instant: Date): string =>
  new Date(instant.getTime() + SHOP_OFFSET_MS).toISOString().slice(0, 10);
