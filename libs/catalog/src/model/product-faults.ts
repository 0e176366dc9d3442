import { isUuid, normalSku } from '#kernel';

import { fold } from './folding';

/** What is wrong with a field. `code` is the key of a text. */
export interface Wrong {
  readonly field: string;
  readonly code: string;
  /** The values for the text. */
  readonly params?: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Record<string, unknown>[] =>
  (Array.isArray(value) ? value : []).map((each) => (isObject(each) ? each : {}));
function number(value: unknown, absent = NaN): number {
  if (value === undefined || value === null) return absent;
  if (isObject(value)) return number(value.amount);
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : NaN;
}
const nameOf = (value: unknown): string => (typeof value === 'string' ? fold(value.trim()) : '');

function* repeated(names: readonly string[], field: (index: number) => string, code: string): Generator<Wrong> {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name !== '' && seen.has(name)) yield { field: field(index), code };
    seen.add(name);
  }
}

function* ofVariants(basePrice: unknown, variants: Record<string, unknown>[]): Generator<Wrong> {
  const base = number(basePrice);
  for (const [index, variant] of variants.entries()) {
    if (base > 0 && base + number(variant.priceAdjustment, 0) <= 0)
      yield { field: `variants.${index}.priceAdjustment`, code: 'price.final' };
  }
  const bothNames = variants.map((variant) => {
    const name = nameOf(variant.name);
    return name && `${nameOf(variant.type)}\u0000${name}`;
  });
  yield* repeated(bothNames, (index) => `variants.${index}.name`, 'variant.repeated');
  const codes = variants.map((variant) => (typeof variant.sku === 'string' ? normalSku(variant.sku) : ''));
  yield* repeated(codes, (index) => `variants.${index}.sku`, 'sku.repeated');
  const ids = variants.map((variant) => (isUuid(variant.id) ? variant.id : ''));
  yield* repeated(ids, (index) => `variants.${index}.id`, 'variant.repeated');
}

function* ofGroup(group: Record<string, unknown>, field: string): Generator<Wrong> {
  const options = listOf(group.options);
  const min = number(group.min, 0);
  const max = number(group.max, 1);
  if (min > max) yield { field: `${field}.min`, code: 'group.min' };
  const most = options.reduce((total, option) => total + number(option.max, 1), 0);
  if (min > most) yield { field: `${field}.min`, code: 'group.unreachable' };
  let defaults = 0;
  for (const [index, option] of options.entries()) {
    const count = number(option.default, 0);
    if (count > number(option.max, 1)) yield { field: `${field}.options.${index}.default`, code: 'option.default' };
    defaults += count;
  }
  if (defaults > max || (defaults > 0 && defaults < min)) yield { field: `${field}.options`, code: 'group.defaults' };
  yield* repeated(
    options.map(({ name }) => nameOf(name)),
    (index) => `${field}.options.${index}.name`,
    'option.repeated',
  );
}

/**
 * Checks the rules about more than one field. Invalid values are skipped, because other checks report faults of single
 * fields. For a PATCH, the caller passes the product as it would be after the change.
 */
export function productFaults(body: unknown): Wrong[] {
  if (!isObject(body)) return [];
  const groups = listOf(body.modifiers);
  return [
    ...ofVariants(body.basePrice, listOf(body.variants)),
    ...groups.flatMap((group, index) => [...ofGroup(group, `modifiers.${index}`)]),
    ...repeated(
      groups.map(({ name }) => nameOf(name)),
      (index) => `modifiers.${index}.name`,
      'group.repeated',
    ),
  ];
}
