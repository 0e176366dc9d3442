import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose, Transform, type ClassTransformOptions } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { ambient } from '#platform/observability';
import { textOf } from './messages';

/** Why a value is refused: the key of a text in the catalogue, and its parameters. */
export interface Complaint {
  readonly code: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

export interface FieldOptions<Value> {
  /** The field may be left out; then it is undefined. */
  readonly optional?: true;
  /** The field may be null. */
  readonly nullable?: true;
  /** The value if the field is left out. */
  readonly default?: Value;
  readonly description?: string;
  readonly example?: Value;
}

export interface FieldKind {
  /** Returns the fault of the value; undefined if it is valid. */
  readonly check: (value: unknown) => Complaint | undefined;
  /** Converts the input. A value that it does not understand is returned unchanged. */
  readonly read?: (value: unknown, fromText: boolean, property: { target: object; key: string }) => unknown;
  readonly schema: ApiPropertyOptions;
  /** Set if the field may hold a list or an object. */
  readonly inside?: Inside;
}

export interface Inside {
  /** The class of the object, or of a list's entries. */
  readonly type?: () => BodyClass;
  /** The most entries of a list; absent for a single object. */
  readonly most?: number;
  /** Any JSON is allowed: the contents are not checked. */
  readonly any?: true;
  /** The value is passed on unchanged: no class object is made of it. */
  readonly kept?: true;
}

/** `fromText`: the input is a query, so all its values are text. In a body, a text is not accepted as a number. */
export interface ReadOptions extends ClassTransformOptions {
  readonly fromText?: boolean;
}

export const complain = (complaint: Complaint): string =>
  textOf(complaint.code, ambient()?.locale ?? 'en', complaint.params);

interface Reading {
  readonly key: string;
  readonly check: (value: unknown) => Complaint | undefined;
  readonly inside?: Inside;
  /** The converted value, or REFUSED. */
  readonly read: (value: unknown, fromText: boolean) => unknown;
}

const REFUSED = Symbol('refused');

const readings = new WeakMap<object, Reading[]>();

export type BodyClass = new () => object;

/** What a field of a class may contain, and how to check it; undefined if there is no such field. */
export type Fields = ReadonlyMap<string, Pick<Reading, 'check' | 'inside'>>;

const fieldsByType = new WeakMap<BodyClass, ReadonlyMap<string, Reading>>();

/** The fields of a class and its superclasses. If a subclass declares a field again, only its declaration counts. */
function readingsOf(type: BodyClass): ReadonlyMap<string, Reading> {
  const known = fieldsByType.get(type);
  if (known) return known;
  const classes: object[] = [];
  for (let target: object | null = type.prototype as object; target; target = Object.getPrototypeOf(target) as object)
    classes.unshift(target);
  const found = new Map(classes.flatMap((target) => readings.get(target) ?? []).map((one) => [one.key, one]));
  fieldsByType.set(type, found);
  return found;
}

export const fieldsOf = (type: BodyClass): Fields => readingsOf(type);

/** The fields of classes without nested classes; null for a class with nested classes. */
const flat = new WeakMap<BodyClass, readonly Reading[] | null>();

function flatReadings(type: BodyClass): readonly Reading[] | null {
  let found = flat.get(type);
  if (found === undefined) {
    const fields = [...readingsOf(type).values()];
    flat.set(type, (found = fields.some(({ inside }) => inside?.type) ? null : fields));
  }
  return found;
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * Reads an input that has only valid scalar values, as most queries and paths have. The checks are the same as through
 * class-validator, at a hundredth of the cost. Undefined if the input has another value or a fault.
 */
export function readPlainly(type: BodyClass, given: Readonly<Record<string, unknown>>, fromText: boolean) {
  const fields = flatReadings(type);
  if (!fields) return undefined;
  let unread = 0;
  for (const value of Object.values(given)) {
    if (!isScalar(value)) return undefined;
    unread += 1;
  }
  const result = new type() as Record<string, unknown>;
  for (const { key, read } of fields) {
    const isGiven = Object.hasOwn(given, key);
    if (isGiven) unread -= 1;
    const value = read(isGiven ? given[key] : undefined, fromText);
    if (value === REFUSED || (value === undefined && result[key] !== undefined)) return undefined;
    if (value !== undefined) result[key] = value;
  }
  return unread === 0 ? result : undefined;
}

/**
 * One decorator for three libraries: the check of class-validator, the conversion of class-transformer, and the entry
 * in the OpenAPI document.
 */
export function field(kind: FieldKind, options: FieldOptions<unknown> = {}): PropertyDecorator {
  const absent = options.optional === true || options.default !== undefined;
  const skipped = (value: unknown) => (value === undefined && absent) || (value === null && options.nullable === true);
  const check = (value: unknown) => (value === undefined ? { code: 'required' } : kind.check(value));
  return (target, key) => {
    const property = { target, key: String(key) };
    const read = (given: unknown, fromText: boolean): unknown => {
      const value = given === undefined ? options.default : kind.read ? kind.read(given, fromText, property) : given;
      return skipped(value) || check(value) === undefined ? value : REFUSED;
    };
    if (!readings.has(target)) readings.set(target, []);
    readings.get(target)!.push({ key: property.key, read, check, ...(kind.inside && { inside: kind.inside }) });
    ValidateIf((_, value) => !skipped(value))(target, key);
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value) => check(value) === undefined,
        defaultMessage: (args) => complain(check(args?.value) ?? { code: 'required' }),
      },
    })(target, key);
    if (options.default !== undefined) Expose()(target, key);
    if (kind.read || options.default !== undefined)
      Transform(({ value, options: how }: { value: unknown; options: ReadOptions }) => {
        if (value === undefined) return options.default;
        return kind.read ? kind.read(value, how.fromText === true, property) : value;
      })(target, key);
    ApiProperty({
      ...kind.schema,
      required: !absent,
      ...(options.nullable && { nullable: true }),
      ...(options.default !== undefined && { default: options.default }),
      ...(options.description && { description: options.description }),
      ...(options.example !== undefined && { example: options.example }),
    } as ApiPropertyOptions)(target, key);
  };
}
