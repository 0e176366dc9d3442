import type { ApiPropertyOptions } from '@nestjs/swagger';
import type { z } from 'zod';
import { normalSku } from '#kernel';
import { field, type Complaint, type FieldOptions } from './field';
import { addMessages } from './messages';

addMessages({
  en: { 'read-only': 'cannot be changed; leave it out, or send it as it was read' },
  vi: { 'read-only': 'không thể thay đổi; hãy bỏ đi hoặc gửi lại như khi đọc' },
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
  const whole = { type: 'integer', minimum: min, maximum: max } as const;
  const money = {
    type: 'object',
    required: ['amount', 'currency'],
    additionalProperties: false,
    properties: { amount: whole, currency: { type: 'string', enum: [CURRENCY] } },
  } as const;
  return field(
    {
      check: (value): Complaint | undefined => {
        if (typeof value !== 'number' || !Number.isSafeInteger(value)) return { code: 'number' };
        if (value < min) return { code: 'number.small', params: { min } };
        return value > max ? { code: 'number.large', params: { max } } : undefined;
      },
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
