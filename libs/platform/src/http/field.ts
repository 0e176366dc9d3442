import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose, Transform, type ClassTransformOptions } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { currentRequest } from '#platform/observability';
import { textOf } from './messages';

/** Why a value is refused: the key of a text in the catalogue of messages, and the parameters of the text. */
export interface Complaint {
  readonly code: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

export interface FieldOptions<Value> {
  /** The field can be left out. Its value is then undefined. */
  readonly optional?: true;
  /** The field can be null. */
  readonly nullable?: true;
  /** The value if the field is left out. */
  readonly default?: Value;
  readonly description?: string;
  readonly example?: Value;
}

/** How the values of a field are checked, converted and documented. */
export interface FieldKind {
  /** Returns the fault of the value; undefined if it is valid. */
  readonly check: (value: unknown) => Complaint | undefined;
  /** Converts the input. A value that cannot be converted is returned unchanged, and `check` then reports the fault. */
  readonly read?: (value: unknown, fromText: boolean, property: { target: object; key: string }) => unknown;
  readonly schema: ApiPropertyOptions;
  /** Set if the field can contain a list or an object. */
  readonly inside?: Contents;
}

/** What a list or an object in a field is allowed to contain. */
export interface Contents {
  /** The class of the object, or of the entries of the list. */
  readonly type?: () => BodyClass;
  /** The highest number of entries of a list; absent for a single object. */
  readonly most?: number;
  /** Any JSON is allowed: the contents are not checked. */
  readonly any?: true;
  /** The handler gets the value unchanged. The value is not copied into an object of a class. */
  readonly passedOn?: true;
}

/**
 * `fromText` is true for a query or a path. There all values are texts, so "7" can be a number. In a body, "7" is only
 * a text.
 */
export interface ReadOptions extends ClassTransformOptions {
  readonly fromText?: boolean;
}

/** The text of a complaint, in the language of the request. */
export const describeComplaint = (complaint: Complaint): string =>
  textOf(complaint.code, currentRequest()?.locale ?? 'en', complaint.params);

interface FieldReader {
  readonly key: string;
  readonly check: (value: unknown) => Complaint | undefined;
  readonly inside?: Contents;
  /** Returns the converted value, or REFUSED. */
  readonly read: (value: unknown, fromText: boolean) => unknown;
}

const REFUSED = Symbol('refused');

const readersByClass = new WeakMap<object, FieldReader[]>();

export type BodyClass = new () => object;

/** For each field of a class: what the field is allowed to contain, and how to check it. */
export type Fields = ReadonlyMap<string, Pick<FieldReader, 'check' | 'inside'>>;

const fieldsByType = new WeakMap<BodyClass, ReadonlyMap<string, FieldReader>>();

/**
 * The fields of a class and its superclasses. If a subclass declares a field again, only the declaration of the
 * subclass counts.
 */
function readersOf(type: BodyClass): ReadonlyMap<string, FieldReader> {
  const known = fieldsByType.get(type);
  if (known) return known;
  const classes: object[] = [];
  for (let target: object | null = type.prototype as object; target; target = Object.getPrototypeOf(target) as object)
    classes.unshift(target);
  const readers = new Map(classes.flatMap((target) => readersByClass.get(target) ?? []).map((one) => [one.key, one]));
  fieldsByType.set(type, readers);
  return readers;
}

export const fieldsOf = (type: BodyClass): Fields => readersOf(type);

/** For each class: its fields; null if one of the fields contains an object of another class. */
const flatReadersByClass = new WeakMap<BodyClass, readonly FieldReader[] | null>();

function flatReadersOf(type: BodyClass): readonly FieldReader[] | null {
  let readers = flatReadersByClass.get(type);
  if (readers === undefined) {
    const fields = [...readersOf(type).values()];
    flatReadersByClass.set(type, (readers = fields.some(({ inside }) => inside?.type) ? null : fields));
  }
  return readers;
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/**
 * Reads an input that has only valid texts, numbers and booleans, such as most queries and paths. The checks are the
 * same as with class-validator, at a hundredth of the cost. Returns undefined if the input has a value of another type,
 * or a fault.
 */
export function readFlatInput(type: BodyClass, given: Readonly<Record<string, unknown>>, fromText: boolean) {
  const fields = flatReadersOf(type);
  if (!fields) return undefined;
  let unreadCount = 0;
  for (const value of Object.values(given)) {
    if (!isScalar(value)) return undefined;
    unreadCount += 1;
  }
  const result = new type() as Record<string, unknown>;
  for (const { key, read } of fields) {
    const isGiven = Object.hasOwn(given, key);
    if (isGiven) unreadCount -= 1;
    const value = read(isGiven ? given[key] : undefined, fromText);
    if (value === REFUSED || (value === undefined && result[key] !== undefined)) return undefined;
    if (value !== undefined) result[key] = value;
  }
  return unreadCount === 0 ? result : undefined;
}

/**
 * One decorator for three libraries: the check of class-validator, the conversion of class-transformer, and the entry
 * in the OpenAPI document.
 */
export function field(kind: FieldKind, options: FieldOptions<unknown> = {}): PropertyDecorator {
  const mayBeAbsent = options.optional === true || options.default !== undefined;
  const isSkipped = (value: unknown) =>
    (value === undefined && mayBeAbsent) || (value === null && options.nullable === true);
  const check = (value: unknown) => (value === undefined ? { code: 'required' } : kind.check(value));
  return (target, key) => {
    const property = { target, key: String(key) };
    const read = (given: unknown, fromText: boolean): unknown => {
      const value = given === undefined ? options.default : kind.read ? kind.read(given, fromText, property) : given;
      return isSkipped(value) || check(value) === undefined ? value : REFUSED;
    };
    if (!readersByClass.has(target)) readersByClass.set(target, []);
    readersByClass.get(target)!.push({ key: property.key, read, check, ...(kind.inside && { inside: kind.inside }) });
    ValidateIf((_, value) => !isSkipped(value))(target, key);
    ValidateBy({
      name: 'field',
      validator: {
        validate: (value) => check(value) === undefined,
        defaultMessage: (args) => describeComplaint(check(args?.value) ?? { code: 'required' }),
      },
    })(target, key);
    if (options.default !== undefined) Expose()(target, key);
    if (kind.read || options.default !== undefined)
      Transform(({ value, options: readOptions }: { value: unknown; options: ReadOptions }) => {
        if (value === undefined) return options.default;
        return kind.read ? kind.read(value, readOptions.fromText === true, property) : value;
      })(target, key);
    ApiProperty({
      ...kind.schema,
      required: !mayBeAbsent,
      ...(options.nullable && { nullable: true }),
      ...(options.default !== undefined && { default: options.default }),
      ...(options.description && { description: options.description }),
      ...(options.example !== undefined && { example: options.example }),
    } as ApiPropertyOptions)(target, key);
  };
}
