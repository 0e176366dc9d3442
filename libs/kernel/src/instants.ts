/* eslint-disable no-restricted-globals -- given times are read here; the present one is not asked for */

const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether the calendar has this day: `2026-02-30` is none, although `Date` reads it as the 2nd of March. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.getTime() >= FIRST && day.toISOString().startsWith(text);
}

/** An ISO 8601 time with a zone, of the years 1 to 9999 in UTC; undefined when the text is no such time. */
export function instantOf(text: unknown): Date | undefined {
  if (typeof text !== 'string') return undefined;
  const day = INSTANT.exec(text)?.[1];
  if (day === undefined || !isDay(day)) return undefined;
  const at = Date.parse(text);
  return at >= FIRST && at <= LAST ? new Date(at) : undefined;
}

const DAY_MS = 86_400_000;
/** Vietnam, which has no summer time. */
const SHOP_OFFSET_MS = 7 * 3_600_000;

/** The beginning of a day of the shop's (`2026-11-23`), or the instant that a time with a zone names; undefined for other texts. */
export function beginOf(text: unknown): Date | undefined {
  if (typeof text === 'string' && isDay(text)) return instantOf(`${text}T00:00:00+07:00`);
  return instantOf(text);
}

/** The end of that day, or that instant; what lies at it is not included. */
export function endOf(text: unknown): Date | undefined {
  const begin = beginOf(text);
  return begin && typeof text === 'string' && isDay(text) ? new Date(begin.getTime() + DAY_MS) : begin;
}

/** The day of the shop's that an instant falls on. */
export const shopDay = (instant: Date): string =>
  new Date(instant.getTime() + SHOP_OFFSET_MS).toISOString().slice(0, 10);
