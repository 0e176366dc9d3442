import { isSealed, type Sealed } from '#kernel';

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Returns all sealed values inside a JSON value. */
export function sealedIn(value: unknown, found: Sealed[] = []): Sealed[] {
  if (isSealed(value)) found.push(value);
  else if (Array.isArray(value)) for (const item of value) sealedIn(item, found);
  else if (typeof value === 'object' && value !== null && isPlain(value))
    for (const item of Object.values(value)) sealedIn(item, found);
  return found;
}

/**
 * Returns a copy in which every sealed value is replaced. All other values stay the same. `field` is the name of the
 * field that contains the value. For an entry of a list, it is the name of the list.
 */
export function replaceSealed(value: unknown, by: (sealed: Sealed, field: string) => unknown, field = ''): unknown {
  if (isSealed(value)) return by(value, field);
  if (Array.isArray(value)) return value.map((item) => replaceSealed(item, by, field));
  if (typeof value === 'object' && value !== null && isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceSealed(item, by, name)]));
  return value;
}
