/**
 * A path in a JSON value (`payment.status`, `refunds.0.state`), and its values before and after. Undefined means no
 * value.
 */
export interface Change {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * The differences between two JSON values, in the order of their fields. An added or removed value is one change,
 * whatever it contains.
 */
export function changesBetween(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (before === after) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesBetween(before[key], after[key], path ? `${path}.${key}` : key));
}
