import { instantOf, isDay } from '#kernel';
import { field } from '#platform/http';

const aDay = 86_400_000;

/** A day in Vietnam (`2026-11-23`) or an ISO 8601 time with a zone. */
export const Moment = (description: string): PropertyDecorator =>
  field(
    {
      check: (value) => (typeof value === 'string' && momentOf(value) ? undefined : { code: 'instant' }),
      schema: { anyOf: [{ format: 'date' }, { format: 'date-time' }], type: 'string' },
    },
    { optional: true, description, example: '2026-11-23' },
  );

const momentOf = (text: string): Date | undefined => instantOf(isDay(text) ? `${text}T00:00:00+07:00` : text);

/** The beginning of that day in Vietnam, which has no summer time; or that instant. The field has checked that it is one. */
export function begins(text: string): Date {
  const begin = momentOf(text);
  if (!begin) throw new RangeError('neither a day nor an instant');
  return begin;
}

/** The end of that day, or that instant; what lies at it is not included. */
export const ends = (text: string): Date => (isDay(text) ? new Date(begins(text).getTime() + aDay) : begins(text));

/** The day an instant falls on in Vietnam. */
export const dayOf = (instant: Date): string => new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
