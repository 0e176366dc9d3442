import { instantOf, isBlank, isLine, isStorable, isUuid, lengthOf } from '#kernel';
import { ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { isEmailAddress, isNewEmailAddress, LONGEST_EMAIL } from '#platform/config';
import { field, type BodyClass, type Complaint, type FieldOptions } from './field';
import { revealFreeForm } from './free-form';

export interface TextOptions extends FieldOptions<string> {
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  /** Removes surrounding blanks before the checks. */
  readonly trim?: boolean;
  /** Refuses line breaks and other control characters: see `Line`. */
  readonly line?: true;
}

export function checkText(value: unknown, { min = 0, max, pattern, line }: TextOptions): Complaint | undefined {
  if (typeof value !== 'string') return { code: 'text' };
  if (!isStorable(value)) return { code: 'text.characters' };
  if (line && !isLine(value)) return { code: 'text.line' };
  if (min > 0 && isBlank(value)) return { code: 'text.blank' };
  if (lengthOf(value) < min) return { code: 'text.short', params: { min } };
  if (lengthOf(value) > max) return { code: 'text.long', params: { max } };
  return pattern && !pattern.test(value) ? { code: 'text.pattern' } : undefined;
}

/**
 * A text of `min` (default 0) to `max` characters. With `trim`, surrounding blanks are removed. Otherwise the text is
 * not changed.
 */
export const Text = (options: TextOptions): PropertyDecorator =>
  field(
    {
      check: (value) => checkText(value, options),
      ...(options.trim && { read: (value) => (typeof value === 'string' ? value.trim() : value) }),
      schema: {
        type: String,
        maxLength: options.max,
        ...(options.min !== undefined && { minLength: options.min }),
        ...(options.pattern && { pattern: options.pattern.source }),
      },
    },
    options,
  );

/** A text of one line, for headings, tables and labels. */
export const Line = (options: TextOptions): PropertyDecorator => Text({ ...options, line: true });

const WHOLE = /^-?(0|[1-9]\d{0,15})$/;

/**
 * A whole number. In a query, the number is written with digits only, without leading zeros, and with `-` if it is
 * negative.
 */
export const WholeNumber = (options: FieldOptions<number> & { min?: number; max?: number } = {}): PropertyDecorator => {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  return field(
    {
      check: (value): Complaint | undefined => {
        if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { code: 'number' };
        if (value < min) return { code: 'number.small', params: { min } };
        return value > max ? { code: 'number.large', params: { max } } : undefined;
      },
      read: (value, fromText) => (fromText && typeof value === 'string' && WHOLE.test(value) ? Number(value) : value),
      schema: {
        type: 'integer',
        ...(options.min !== undefined && { minimum: min }),
        ...(options.max !== undefined && { maximum: max }),
      },
    },
    options,
  );
};

/** Any JSON object. The contents are not checked here, but by the code that uses the object. */
export const AnyObject = (options: FieldOptions<object> = {}): PropertyDecorator =>
  field(
    {
      check: (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : { code: 'object' },
      schema: { type: 'object', additionalProperties: true },
      read: revealFreeForm,
      inside: { any: true, passedOn: true },
    },
    options,
  );

const inLowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** A UUID. It is converted to lower case. */
export const Id = (options: FieldOptions<string> = {}): PropertyDecorator =>
  field(
    {
      check: (value) => (isUuid(value) ? undefined : { code: 'id' }),
      read: inLowerCase,
      schema: { type: String, format: 'uuid' },
    },
    options,
  );

/** True or false. */
export const Flag = (options: FieldOptions<boolean> = {}): PropertyDecorator =>
  field(
    {
      check: (value) => (typeof value === 'boolean' ? undefined : { code: 'flag' }),
      read: (value, fromText) => (fromText && (value === 'true' || value === 'false') ? value === 'true' : value),
      schema: { type: Boolean },
    },
    options,
  );

/** One of the given words. */
export const OneOf = <Choice extends string>(
  choices: readonly Choice[],
  options: FieldOptions<Choice> = {},
): PropertyDecorator =>
  field(
    {
      check: (value) =>
        (choices as readonly unknown[]).includes(value)
          ? undefined
          : { code: 'choice', params: { choices: choices.join(', ') } },
      schema: { type: 'string', enum: [...choices] },
    },
    options,
  );

/**
 * An e-mail address of at most 254 characters. It is converted: surrounding blanks are removed, and the Unicode form
 * becomes NFC. With `kept`, the field also accepts addresses of existing accounts that are no longer accepted for new
 * accounts.
 */
export const Email = ({ kept, ...options }: FieldOptions<string> & { kept?: boolean } = {}): PropertyDecorator =>
  field(
    {
      check: (value) => ((kept ? isEmailAddress : isNewEmailAddress)(value) ? undefined : { code: 'email' }),
      read: (value) => (typeof value === 'string' ? value.trim().normalize('NFC') : value),
      schema: { type: String, format: 'email', maxLength: LONGEST_EMAIL, example: 'an@example.com' },
    },
    options,
  );

/** An ISO 8601 time with a zone. It becomes a Date if the property has the type Date. Otherwise it stays a text. */
export const Instant = (options: FieldOptions<string> = {}): PropertyDecorator =>
  field(
    {
      check: (value) => (value instanceof Date || instantOf(value) ? undefined : { code: 'instant' }),
      read: (value, _, { target, key }) =>
        Reflect.getMetadata('design:type', target, key) === Date ? (instantOf(value) ?? value) : value,
      schema: { type: String, format: 'date-time' },
    },
    options,
  );

// … }`: @nestjs/swagger calls a function only if its name is `type`. => In the schemas below, the class is given as
// `type: () => …`. @nestjs/swagger calls a function only if its name is `type`. => … }`: @nestjs/swagger calls a
// function only if its name is `type`.

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A nested object of a body class. */
export const Nested = (type: () => BodyClass, options: FieldOptions<object> = {}): PropertyDecorator => {
  const decorate = field(
    {
      check: (value) => (isObject(value) ? undefined : { code: 'object' }),
      schema: { type: () => type() },
      inside: { type },
    },
    options,
  );
  return (target, key) => {
    Type(type)(target, key);
    ValidateNested()(target, key);
    decorate(target, key);
  };
};

/**
 * class-validator reports this message for a text in a `NestedOrText`. The message is not a fault, because the field
 * itself checks the text.
 */
export const TEXT_INSTEAD = 'text instead of an object';

/** A nested object of a body class, or one text instead of the object. */
export const NestedOrText = (
  type: () => BodyClass,
  text: TextOptions,
  options: Omit<FieldOptions<string>, 'default'>,
): PropertyDecorator => {
  const { min, max } = text;
  return (target, key) => {
    const decorate = field(
      {
        check: (value) => (isObject(value) ? undefined : checkText(value, text)),
        read: (value) => (text.trim && typeof value === 'string' ? value.trim() : value),
        schema: {
          oneOf: [
            { type: 'string', maxLength: max, ...(min !== undefined && { minLength: min }) },
            { $ref: getSchemaPath(type()) },
          ],
        },
        inside: { type },
      },
      options,
    );
    ApiExtraModels(type())(target.constructor);
    Type(type)(target, key);
    ValidateNested({ message: TEXT_INSTEAD })(target, key);
    decorate(target, key);
  };
};

const ENTRIES = {
  uuid: { fits: isUuid, complaint: 'id', schema: { type: 'string', format: 'uuid' } },
  text: {
    fits: (value: unknown) => checkText(value, { min: 1, max: 255 }) === undefined,
    complaint: 'text',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  whole: { fits: Number.isSafeInteger, complaint: 'number', schema: { type: 'integer' } },
} as const;

interface ListOptions<Entry> extends FieldOptions<readonly Entry[]> {
  readonly min?: number;
  readonly max: number;
}

/**
 * A list of objects of a body class, or of plain values, with `min` (default 0) to `max` entries. In a query, a single
 * value is read as a list with one entry.
 */
export const ListOf = (entry: (() => BodyClass) | keyof typeof ENTRIES, options: ListOptions<unknown>) => {
  const { min = 0, max } = options;
  const plain = typeof entry === 'string' ? ENTRIES[entry] : undefined;
  const list = field(
    {
      check: (value): Complaint | undefined => {
        if (!Array.isArray(value)) return { code: 'list' };
        if (value.length < min) return { code: 'list.short', params: { min } };
        if (value.length > max) return { code: 'list.long', params: { max } };
        if (plain) return value.every(plain.fits) ? undefined : { code: plain.complaint };
        return value.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))
          ? undefined
          : { code: 'object' };
      },
      read: (value, fromText) => {
        const all: unknown = fromText && typeof value === 'string' ? [value] : value;
        return plain === ENTRIES.uuid && Array.isArray(all) ? all.map(inLowerCase) : all;
      },
      schema: {
        ...(plain ? { type: 'array', items: plain.schema } : { type: () => [(entry as () => BodyClass)()] }),
        minItems: min,
        maxItems: max,
      } as never,
      inside: { most: max, ...(typeof entry === 'function' && { type: entry }) },
    },
    options,
  );
  return (target: object, key: string | symbol): void => {
    if (typeof entry === 'function') {
      Type(entry)(target, key);
      ValidateNested({ each: true })(target, key);
    }
    list(target, key);
  };
};
