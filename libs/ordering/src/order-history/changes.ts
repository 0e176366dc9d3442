/** A place in a JSON value (`payment.status`, `refunds.0.state`) and what stood there before and after; undefined is nothing. */
export interface Change {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What is different between two JSON values, in the order of the paths. A value that came or went is named whole. */
export function changesBetween(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (before === after) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesBetween(before[key], after[key], path ? `${path}.${key}` : key));
}
