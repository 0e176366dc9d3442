/**
 * A path in a JSON value, such as `payment.status` or `refunds.0.state`, with the value before and after the change.
 * Undefined means that there was no value.
 */
export interface Change {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The differences between two JSON values, in the sequence of their fields. An added or removed value counts as one
 * change, even if it is an object or a list.
 */
export function changesBetween(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (before === after) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesBetween(before[key], after[key], path ? `${path}.${key}` : key));
}
