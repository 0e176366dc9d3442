import { isUuid, normalSku } from '#kernel';

import { fold } from './folding';

/** What is wrong with a field. `code` is the key of a text. */
export interface FieldFault {
  readonly field: string;
  readonly code: string;
  /** The values for the text. */
  readonly params?: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const toObjects = (value: unknown): Record<string, unknown>[] =>
  (Array.isArray(value) ? value : []).map((each) => (isObject(each) ? each : {}));
function toNumber(value: unknown, whenAbsent = NaN): number {
  if (value === undefined || value === null) return whenAbsent;
  if (isObject(value)) return toNumber(value.amount);
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN;
}
const foldedName = (value: unknown): string => (typeof value === 'string' ? fold(value.trim()) : '');

function* findRepeated(
  names: readonly string[],
  field: (index: number) => string,
  code: string,
): Generator<FieldFault> {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name !== '' && seen.has(name)) yield { field: field(index), code };
    seen.add(name);
  }
}

function* variantFaults(basePrice: unknown, variants: Record<string, unknown>[]): Generator<FieldFault> {
  const base = toNumber(basePrice);
  for (const [index, variant] of variants.entries()) {
    if (base > 0 && base + toNumber(variant.priceAdjustment, 0) <= 0)
      yield { field: `variants.${index}.priceAdjustment`, code: 'price.final' };
  }
  const typesAndNames = variants.map((variant) => {
    const name = foldedName(variant.name);
    return name && `${foldedName(variant.type)}\u0000${name}`;
  });
  yield* findRepeated(typesAndNames, (index) => `variants.${index}.name`, 'variant.repeated');
  const skus = variants.map((variant) => (typeof variant.sku === 'string' ? normalSku(variant.sku) : ''));
  yield* findRepeated(skus, (index) => `variants.${index}.sku`, 'sku.repeated');
  const ids = variants.map((variant) => (isUuid(variant.id) ? variant.id : ''));
  yield* findRepeated(ids, (index) => `variants.${index}.id`, 'variant.repeated');
}

function* groupFaults(group: Record<string, unknown>, field: string): Generator<FieldFault> {
  const options = toObjects(group.options);
  const min = toNumber(group.min, 0);
  const max = toNumber(group.max, 1);
  if (min > max) yield { field: `${field}.min`, code: 'group.min' };
  const reachable = options.reduce((total, option) => total + toNumber(option.max, 1), 0);
  if (min > reachable) yield { field: `${field}.min`, code: 'group.unreachable' };
  let defaults = 0;
  for (const [index, option] of options.entries()) {
    const count = toNumber(option.default, 0);
    if (count > toNumber(option.max, 1)) yield { field: `${field}.options.${index}.default`, code: 'option.default' };
    defaults += count;
  }
  if (defaults > max || (defaults > 0 && defaults < min)) yield { field: `${field}.options`, code: 'group.defaults' };
  yield* findRepeated(
    options.map(({ name }) => foldedName(name)),
    (index) => `${field}.options.${index}.name`,
    'option.repeated',
  );
}

/**
 * Checks the rules that concern more than one field. Invalid values are skipped, because other checks report faults of
 * single fields. For a PATCH, the caller passes the product as it would be after the change.
 */
export function productFaults(body: unknown): FieldFault[] {
  if (!isObject(body)) return [];
  const groups = toObjects(body.modifiers);
  return [
    ...variantFaults(body.basePrice, toObjects(body.variants)),
    ...groups.flatMap((group, index) => [...groupFaults(group, `modifiers.${index}`)]),
    ...findRepeated(
      groups.map(({ name }) => foldedName(name)),
      (index) => `modifiers.${index}.name`,
      'group.repeated',
    ),
  ];
}
