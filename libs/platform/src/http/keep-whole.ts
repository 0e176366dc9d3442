import { fieldsOf, type BodyClass } from './field';

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const known = new WeakMap<BodyClass, boolean>();

/** Whether a body of this class may contain a free-form object anywhere. */
function holdsAny(type: BodyClass): boolean {
  const found = known.get(type);
  if (found !== undefined) return found;
  known.set(type, false); // a class may contain itself
  const holds = [...fieldsOf(type).values()].some(
    ({ inside }) => inside?.kept === true || (inside?.type !== undefined && holdsAny(inside.type())),
  );
  known.set(type, holds);
  return holds;
}

/**
 * A body in which every free-form object is hidden in a function, so that class-transformer passes it on unchanged.
 * Otherwise class-transformer would copy each value, which costs a hundred times as much as reading it. `takenOut` gets
 * the object back.
 */
export function keepWhole(type: BodyClass, given: Given): Given {
  if (!holdsAny(type)) return given;
  const copy: Record<string, unknown> = { ...given };
  for (const [name, { inside }] of fieldsOf(type)) {
    const value = copy[name];
    if (inside?.kept && isObject(value)) copy[name] = () => value;
    else if (inside?.type) {
      const inner = inside.type();
      const kept = (one: unknown) => (isObject(one) ? keepWhole(inner, one) : one);
      copy[name] = Array.isArray(value) ? value.map(kept) : kept(value);
    }
  }
  return copy;
}

/** The object that `keepWhole` has hidden; any other value unchanged. */
export const takenOut = (value: unknown): unknown => (typeof value === 'function' ? (value as () => unknown)() : value);
