import { isDeepStrictEqual } from 'node:util';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { z } from 'zod';
import { beginOf, endOf, normalSku, type Fault } from '#kernel';
import { describeComplaint, field, type Complaint, type FieldOptions } from './field';
import { checkText } from './fields';
import { addMessages } from './messages';

addMessages({
  en: {
    'read-only': 'cannot be changed; leave it out, or send it as it was read',
    'read-only.is': 'cannot be changed here; it is {value}',
    money: 'must be a whole number of {currency}, alone or as {"amount": 29000, "currency": "{currency}"}',
  },
  vi: {
    'read-only': 'không thể thay đổi; hãy bỏ đi hoặc gửi lại như khi đọc',
    'read-only.is': 'không thể thay đổi ở đây; giá trị hiện tại là {value}',
    money: 'phải là số nguyên {currency}, viết riêng hoặc như {"amount": 29000, "currency": "{currency}"}',
  },
});

const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A SKU of at most `max` characters. It is converted to the spelling of `normalSku`. */
export const Sku = ({ max, ...options }: FieldOptions<string> & { max: number }): PropertyDecorator =>
  field(
    {
      check: (value): Complaint | undefined => {
        if (typeof value !== 'string') return { code: 'text' };
        if (value.length > max) return { code: 'text.long', params: { max } };
        return SKU.test(value) ? undefined : { code: 'text.pattern' };
      },
      read: (value) => (typeof value === 'string' && SKU.test(value) ? normalSku(value) : value),
      schema: { type: String, minLength: 1, maxLength: max, pattern: SKU.source },
    },
    options,
  );

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const inLowerCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/**
 * A slug. It is converted to lower case. Without `pattern`, the slug can have characters that are refused in new slugs.
 */
const slugField = (max: number, options: FieldOptions<string>, pattern?: RegExp): PropertyDecorator =>
  field(
    {
      check: (value) => checkText(value, { min: 1, max, pattern }),
      read: inLowerCase,
      schema: { type: String, minLength: 1, maxLength: max, ...(pattern && { pattern: pattern.source }) },
    },
    options,
  );

/** A new slug of at most 80 characters. It is converted to lower case. */
export const NewSlug = (options: FieldOptions<string> = {}): PropertyDecorator => slugField(80, options, SLUG);

/** A slug in a search. Upper case is accepted. */
export const Slug = (options: FieldOptions<string> = {}): PropertyDecorator => slugField(120, options);

function checkAmount(value: unknown, min: number, max: number): Complaint | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { code: 'number' };
  if (value < min) return { code: 'number.small', params: { min } };
  return value > max ? { code: 'number.large', params: { max } } : undefined;
}

/** The schemas of the two forms of an amount. */
function amountSchemas(min: number, max: number) {
  const whole = { type: 'integer', minimum: min, maximum: max } as const;
  const money = {
    type: 'object',
    required: ['amount', 'currency'],
    additionalProperties: false,
    properties: { amount: whole, currency: { type: 'string', enum: [CURRENCY] } },
  } as const;
  return { whole, money };
}

const toMoney = (value: unknown): unknown =>
  typeof value === 'number' ? { amount: value, currency: CURRENCY } : value;

/** An amount of money. A body can contain `Money`, or a number of whole đồng. Both are converted to `Money`. */
export const Amount = ({ min, max, ...options }: AmountOptions): PropertyDecorator => {
  const { whole, money } = amountSchemas(min, max);
  return field(
    {
      check: (value): Complaint | undefined => {
        const amount = amountOf(value);
        return typeof value === 'object' && amount !== value
          ? checkAmount(amount, min, max)
          : { code: 'money', params: { currency: CURRENCY } };
      },
      read: toMoney,
      schema: { oneOf: [money, whole] } as unknown as ApiPropertyOptions,
    },
    options,
  );
};

interface AmountOptions extends FieldOptions<object> {
  readonly min: number;
  readonly max: number;
}

interface PriceOptions extends FieldOptions<number> {
  readonly min: number;
  readonly max: number;
}

const CURRENCY = 'VND';

/** Returns the amount of a `Money`. Any other value is returned unchanged. */
export function amountOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { amount, currency, ...more } = value as Record<string, unknown>;
  return currency === CURRENCY && Object.keys(more).length === 0 ? amount : value;
}

/** A price in whole đồng. A body can contain a number, or `Money` as in responses. Both are converted to a number. */
export const Price = (options: PriceOptions): PropertyDecorator => {
  const { min, max } = options;
  const { whole, money } = amountSchemas(min, max);
  return field(
    {
      check: (value): Complaint | undefined =>
        typeof value === 'object' && value !== null
          ? { code: 'money', params: { currency: CURRENCY } }
          : checkAmount(value, min, max),
      read: amountOf,
      schema: { oneOf: [whole, money] } as unknown as ApiPropertyOptions,
    },
    options,
  );
};

/**
 * A field of a response that nobody can change. A body can contain this field, because clients send back what they have
 * read. The value is ignored, but it must have the right form, so that mistakes are reported.
 */
export const ReadOnly = (shape: z.ZodType, schema: ApiPropertyOptions): PropertyDecorator =>
  readOnlyField(shape, schema);

/**
 * An identifying field that cannot be changed. A client can send it back unchanged. If the value differs,
 * `findChangedImmutableFields` reports a fault.
 */
export const Immutable = (shape: z.ZodType, schema: ApiPropertyOptions): PropertyDecorator =>
  readOnlyField(shape, { ...schema, description: 'May be sent back unchanged. A different value is refused.' });

const readOnlyField = (shape: z.ZodType, schema: ApiPropertyOptions): PropertyDecorator =>
  field(
    {
      check: (value) => (shape.safeParse(value).success ? undefined : { code: 'read-only' }),
      schema: { description: 'Ignored, whatever its value.', ...schema, readOnly: true },
    },
    { optional: true, nullable: true },
  );

/**
 * Returns a fault for each field that was sent with a value other than the current value. Upper and lower case are
 * equal.
 */
export function findChangedImmutableFields(current: Readonly<Record<string, unknown>>, sent: object): Fault[] {
  return Object.entries(current).flatMap(([name, value]) => {
    const given = (sent as Record<string, unknown>)[name];
    if (given === undefined || isDeepStrictEqual(inLowerCase(given), inLowerCase(value))) return [];
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    return [{ field: name, message: describeComplaint({ code: 'read-only.is', params: { value: shown } }) }];
  });
}

/** The beginning or the end of a range: a day in the shop's time zone (`2026-11-23`), or a time with a zone. */
const momentField = (read: (text: unknown) => Date | undefined) => (description: string) =>
  field(
    {
      check: (value) => (value instanceof Date ? undefined : { code: 'moment' }),
      read: (value) => read(value) ?? value,
      schema: { anyOf: [{ format: 'date' }, { format: 'date-time' }], type: 'string' },
    },
    { optional: true, description, example: '2026-11-23' },
  );

/** The beginning of a range. It is converted to a Date. */
export const From = momentField(beginOf);

/** The end of a range. It is converted to a Date, which is not part of the range. */
export const Until = momentField(endOf);
