import { fieldsOf, type BodyClass } from './field';

type Given = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const knownClasses = new WeakMap<BodyClass, boolean>();

/** Whether a body of this class can contain a free-form object, at any depth. */
function mayContainFreeForm(type: BodyClass): boolean {
  const found = knownClasses.get(type);
  if (found !== undefined) return found;
  knownClasses.set(type, false); // the result for now, because a class can contain itself
  const result = [...fieldsOf(type).values()].some(
    ({ inside }) => inside?.passedOn === true || (inside?.type !== undefined && mayContainFreeForm(inside.type())),
  );
  knownClasses.set(type, result);
  return result;
}

/**
 * Returns a copy of the body in which every free-form object is hidden in a function. So class-transformer does not
 * change the object. Otherwise it would copy each value in the object, which costs a hundred times as much as reading
 * the value. `revealFreeForm` returns the object again.
 */
export function hideFreeForm(type: BodyClass, given: Given): Given {
  if (!mayContainFreeForm(type)) return given;
  const copy: Record<string, unknown> = { ...given };
  for (const [name, { inside }] of fieldsOf(type)) {
    const value = copy[name];
    if (inside?.passedOn && isObject(value)) copy[name] = () => value;
    else if (inside?.type) {
      const inner = inside.type();
      const hideInside = (one: unknown) => (isObject(one) ? hideFreeForm(inner, one) : one);
      copy[name] = Array.isArray(value) ? value.map(hideInside) : hideInside(value);
    }
  }
  return copy;
}

/** Returns the object that `hideFreeForm` has hidden. Any other value is returned unchanged. */
export const revealFreeForm = (value: unknown): unknown =>
  typeof value === 'function' ? (value as () => unknown)() : value;
