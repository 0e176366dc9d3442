import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { z } from 'zod';
import { beginOf, endOf, normalSku } from '#kernel';
import { field, type Complaint, type FieldOptions } from './field';
import { addMessages } from './messages';

addMessages({
  en: {
    'read-only': 'cannot be changed; leave it out, or send it as it was read',
    money: 'must be whole đồng, such as 25000 or { "amount": 25000, "currency": "VND" }',
  },
  vi: {
    'read-only': 'không thể thay đổi; hãy bỏ đi hoặc gửi lại như khi đọc',
    money: 'phải là số đồng nguyên, ví dụ 25000 hoặc { "amount": 25000, "currency": "VND" }',
  },
});

const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A stock code of at most `max` characters, in its one spelling from here on. */
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

function checkAmount(value: unknown, min: number, max: number): Complaint | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { code: 'number' };
  if (value < min) return { code: 'number.small', params: { min } };
  return value > max ? { code: 'number.large', params: { max } } : undefined;
}

/** The two forms, for the document. */
function bothForms(min: number, max: number) {
  const whole = { type: 'integer', minimum: min, maximum: max } as const;
  const money = {
    type: 'object',
    required: ['amount', 'currency'],
    additionalProperties: false,
    properties: { amount: whole, currency: { type: 'string', enum: [CURRENCY] } },
  } as const;
  return { whole, money };
}

const moneyOf = (value: unknown): unknown =>
  typeof value === 'number' ? { amount: value, currency: CURRENCY } : value;

/** An amount of money, in either form in which bodies may say it: `Money`, or whole đồng as a number. `Money` from here on. */
export const Amount = ({ min, max, ...options }: AmountOptions): PropertyDecorator => {
  const { whole, money } = bothForms(min, max);
  return field(
    {
      check: (value): Complaint | undefined => {
        const amount = amountOf(value);
        return typeof value === 'object' && amount !== value ? checkAmount(amount, min, max) : { code: 'money' };
      },
      read: moneyOf,
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

/** The amount of Money as it stands in answers; anything else is handed on as it is. */
export function amountOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { amount, currency, ...more } = value as Record<string, unknown>;
  return currency === CURRENCY && Object.keys(more).length === 0 ? amount : value;
}

/** Whole đồng: a number, or Money as answers have it. A number from here on. */
export const Price = (options: PriceOptions): PropertyDecorator => {
  const { min, max } = options;
  const { whole, money } = bothForms(min, max);
  return field(
    {
      check: (value) => checkAmount(value, min, max),
      read: amountOf,
      schema: { oneOf: [whole, money] } as unknown as ApiPropertyOptions,
    },
    options,
  );
};

/**
 * What an answer tells and nobody can change: it may be sent back as it was read, and is passed over. It has to look
 * like what was read, so that a mistake is told and not lost.
 */
export const ReadOnly = (shape: z.ZodType, schema: ApiPropertyOptions): PropertyDecorator =>
  field(
    {
      check: (value) => (shape.safeParse(value).success ? undefined : { code: 'read-only' }),
      schema: { ...schema, readOnly: true },
    },
    { optional: true, nullable: true },
  );

/** The first or the last moment of a range: a day of the shop's (`2026-11-23`), which is meant whole, or a time with a zone. */
const moment = (read: (text: unknown) => Date | undefined) => (description: string) =>
  field(
    {
      check: (value) => (value instanceof Date ? undefined : { code: 'moment' }),
      read: (value) => read(value) ?? value,
      schema: { anyOf: [{ format: 'date' }, { format: 'date-time' }], type: 'string' },
    },
    { optional: true, description, example: '2026-11-23' },
  );

/** Where a range begins. A Date from here on. */
export const From = moment(beginOf);

/** Where a range ends, that moment not included. A Date from here on. */
export const Until = moment(endOf);
