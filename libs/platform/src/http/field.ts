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
  /** May be left out; then it is undefined. */
  readonly optional?: true;
  /** May be null. */
  readonly nullable?: true;
  /** Used if the field is left out. */
  readonly default?: Value;
  readonly description?: string;
  readonly example?: Value;
}

export interface FieldKind {
  /** What is wrong with the value, if anything. */
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
  /** Any JSON: its contents are not checked. */
  readonly any?: true;
  /** It is passed on unchanged, and no class object is made of it. */
  readonly kept?: true;
}

/** Values of a query are text. Values of a body have their own types, and a text is not a number there. */
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

/** The fields of a class and of those that it extends. A field that is declared again counts once, as it is last. */
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

/** Classes none of whose fields holds an object of another class. */
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
 * Reads an input that has only valid scalar fields, as most queries and paths do, by the same checks as class-validator
 * does, at a hundredth of its cost. Undefined if there is more to it, or anything wrong.
 */
export function readPlainly(type: BodyClass, given: Readonly<Record<string, unknown>>, fromText: boolean) {
  const fields = flatReadings(type);
  if (!fields) return undefined;
  let left = 0;
  for (const value of Object.values(given)) {
    if (!isScalar(value)) return undefined;
    left += 1;
  }
  const made = new type() as Record<string, unknown>;
  for (const { key, read } of fields) {
    const isGiven = Object.hasOwn(given, key);
    if (isGiven) left -= 1;
    const value = read(isGiven ? given[key] : undefined, fromText);
    if (value === REFUSED || (value === undefined && made[key] !== undefined)) return undefined;
    if (value !== undefined) made[key] = value;
  }
  return left === 0 ? made : undefined;
}

/**
 * One decorator: the check of class-validator, the conversion of class-transformer, and the field's entry in the
 * OpenAPI document.
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
