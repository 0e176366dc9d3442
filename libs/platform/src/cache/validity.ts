/** Says whether a cached value can still be sent without asking the cache again. */
export interface Validity {
  /** The kind of the value, for the metrics of the cache. */
  readonly kind: string;
  /** False after the value was invalidated, or after its copy in this process expired. */
  isCurrent(): boolean;
}

const validities = new WeakMap<object, Validity>();

/** Only the first validity of a value counts. Other callers that waited for the same load would set a later end. */
export function noteValidity(value: unknown, validity: Validity): void {
  if (typeof value === 'object' && value !== null && !validities.has(value)) validities.set(value, validity);
}

/** Undefined for values that do not come from the cache. */
export const validityOf = (value: object): Validity | undefined => validities.get(value);
