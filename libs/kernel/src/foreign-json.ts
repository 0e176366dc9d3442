/** Limits for JSON from outside: the levels of nesting, and the total number of members and array entries. */
export interface JsonLimits {
  readonly depth: number;
  readonly values: number;
}

/** The highest limits. Some routes and callers get lower limits. */
export const JSON_LIMITS: JsonLimits = { depth: 32, values: 20_000 };

export type ExceededLimit = 'deep' | 'many';

/** Names of members that every object inherits. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Which limit a parsed value exceeds. Undefined if it exceeds no limit. The function works level by level, because a
 * recursion could overflow the stack on a deep value.
 */
export function jsonExcess(value: unknown, { depth, values }: JsonLimits = JSON_LIMITS): ExceededLimit | undefined {
  let level: object[] = isNested(value) ? [value] : [];
  let remaining = values;
  for (let levels = 1; level.length > 0; levels += 1) {
    if (levels > depth) return 'deep';
    const next: object[] = [];
    for (const container of level) {
      const children = Array.isArray(container) ? (container as unknown[]) : Object.values(container);
      remaining -= children.length;
      if (remaining < 0) return 'many';
      for (const child of children) if (isNested(child)) next.push(child);
    }
    level = next;
  }
  return undefined;
}

/**
 * The paths of all fields, at any depth, that have the name of an inherited member, such as `constructor`, `toString`
 * or `__proto__`. No field of the shop has such a name. A library that looks up such a field by name would find the
 * inherited member.
 */
export function inheritedNames(value: unknown): string[] {
  const paths: string[] = [];
  const queue: [container: object, path: string][] = isNested(value) ? [[value, '']] : [];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [container, path] = next;
    const isList = Array.isArray(container);
    for (const name of Object.keys(container)) {
      const child = (container as Record<string, unknown>)[name];
      if (!isList && INHERITED.has(name)) paths.push(`${path}${name}`);
      else if (isNested(child)) queue.push([child, `${path}${name}.`]);
    }
  }
  return paths;
}
