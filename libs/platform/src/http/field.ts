import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose, Transform, type ClassTransformOptions } from 'class-transformer';
import { getMetadataStorage, ValidateBy, ValidateIf } from 'class-validator';
import { ambient } from '#platform/observability';
import { textOf } from './messages';

/** Why a value is refused: a text of the catalogue and what fills it. */
export interface Complaint {
  readonly code: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

export interface FieldOptions<Value> {
  /** May be left out (then it is undefined). */
  readonly optional?: true;
  /** May be null. */
  readonly nullable?: true;
  /** Stands in for what was left out. */
  readonly default?: Value;
  readonly description?: string;
  readonly example?: Value;
}

export interface FieldKind {
  /** What is wrong with the value, if anything. */
  readonly check: (value: unknown) => Complaint | undefined;
  /** Turns what came over the wire into the value; anything it does not understand it hands on as it is. */
  readonly read?: (value: unknown, fromText: boolean, property: { target: object; key: string }) => unknown;
  readonly schema: ApiPropertyOptions;
}

/** A query's values are text; a body's have types of their own, and text is not a number there. */
export interface ReadOptions extends ClassTransformOptions {
  readonly fromText?: boolean;
}

export const complain = (complaint: Complaint): string =>
  textOf(complaint.code, ambient()?.locale ?? 'en', complaint.params);

interface Reading {
  readonly key: string;
  /** The value as the class has it, or REFUSED. */
  readonly read: (value: unknown, fromText: boolean) => unknown;
}

const REFUSED = Symbol('refused');

const readings = new WeakMap<object, Reading[]>();

function readingsOf(type: BodyClass): readonly Reading[] | undefined {
  const found: Reading[] = [];
  for (let target: object | null = type.prototype as object; target; target = Object.getPrototypeOf(target) as object)
    found.unshift(...(readings.get(target) ?? []));
  const checks = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length;
  return checks === found.length * 2 ? found : undefined; // else it has classes inside, or is refined further down
}

type BodyClass = new () => object;

const plain = new WeakMap<BodyClass, readonly Reading[] | null>();

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * Reads what has only good scalar fields, as most queries and paths do, without the machinery that can read anything:
 * a hundredth of its work. Undefined when there is more to it, or anything to complain about.
 */
export function readPlainly(type: BodyClass, given: Readonly<Record<string, unknown>>, fromText: boolean) {
  let fields = plain.get(type);
  if (fields === undefined) plain.set(type, (fields = readingsOf(type) ?? null));
  if (fields === null) return undefined;
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

/** One decorator for what class-validator checks, class-transformer reads and the OpenAPI document says of a field. */
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
    readings.get(target)!.push({ key: property.key, read });
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
