import { InvalidInput, Text, textOf } from '#platform/http';
import { ambient } from '#platform/observability';

const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
const aDay = 86_400_000;

/** A day in Vietnam (`2026-11-23`) or an ISO 8601 time with a zone. */
export const Moment = (description: string): PropertyDecorator =>
  Text({ max: 40, pattern: MOMENT, optional: true, description, example: '2026-11-23' });

/** The beginning of that day in Vietnam, which has no summer time; or that instant. A day that is none is refused. */
export function begins(field: string, text: string): Date {
  const begin = new Date(DAY.test(text) ? `${text}T00:00:00+07:00` : text);
  // `2026-02-30` would be read as the second of March.
  const real = !Number.isNaN(begin.getTime()) && (!DAY.test(text) || dayOf(begin) === text);
  if (!real) throw new InvalidInput([{ field, message: textOf('instant', ambient()?.locale ?? 'en') }]);
  return begin;
}

/** The end of that day, or that instant; what lies at it is not included. */
export const ends = (field: string, text: string): Date =>
  DAY.test(text) ? new Date(begins(field, text).getTime() + aDay) : begins(field, text);

/** The day an instant falls on in Vietnam. */
export const dayOf = (instant: Date): string => new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
