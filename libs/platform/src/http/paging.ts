import { z } from 'zod';
import { isStorable } from '#kernel';
import { answer, type Answer, type AnswerOptions } from './answer';
import { describeComplaint } from './field';
import { Text, WholeNumber } from './fields';
import { InvalidInput } from './validation.pipe';

/** The query `?limit=&cursor=` of a list. A list with filters extends this class. */
export class PageQuery {
  @WholeNumber({ min: 1, max: 100, default: 20, description: 'The maximum number of entries on a page.', example: 20 })
  limit: number = 20;

  @Text({ min: 1, max: 1024, optional: true, description: '`meta.nextCursor` of the previous page.' })
  cursor?: string;
}

export const cursorFrom = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

const POSTGRES_TIME = /^([1-9]\d{3}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)[+-](?:0\d|1[0-4])(?::\d\d)?$/;

/**
 * A time with microseconds, as Postgres writes it, because the times of two rows can differ by less than a millisecond.
 */
export const MomentShape = z.string().refine((text) => {
  const [, day, time] = POSTGRES_TIME.exec(text) ?? [];
  return day !== undefined && z.iso.datetime().safeParse(`${day}T${time}Z`).success;
});

/**
 * Returns the position at which the previous page ended; undefined for the first page. A cursor of another list is
 * refused with 400.
 */
export function parseCursor<Shape extends z.ZodType>(
  cursor: string | undefined,
  shape: Shape,
): z.infer<Shape> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const read = shape.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'), refuseUnstorable));
    if (read.success) return read.data;
  } catch {
    // The cursor is not JSON. It is refused below.
  }
  throw new InvalidInput([{ field: 'cursor', message: describeComplaint({ code: 'cursor' }) }]);
}

function refuseUnstorable(_: string, value: unknown): unknown {
  if (typeof value === 'string' && !isStorable(value)) throw new Error('Postgres cannot store this text');
  return value;
}

/**
 * Makes a page from the rows that were read. A query reads `limit + 1` rows: the last of them only shows whether there
 * is another page. The cursor points to the last row of the page.
 */
export function page<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => unknown): Answer<Row[]>;
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => unknown,
  show: (row: Row) => Item,
  options?: AnswerOptions,
): Answer<Item[]>;
export function page(
  rows: readonly unknown[],
  limit: number,
  cursorOf: (row: never) => unknown,
  show: (row: never) => unknown = (row) => row,
  options: AnswerOptions = {},
): Answer<unknown[]> {
  const shown = rows.slice(0, limit) as never[];
  const hasMore = rows.length > limit;
  const nextCursor = hasMore ? cursorFrom(cursorOf(shown[shown.length - 1])) : null;
  return answer(shown.map(show), { ...options, meta: { ...options.meta, nextCursor, hasMore } });
}
