import { z } from 'zod';
import { isStorable } from './texts';

/** Shapes for many answers. Each shape is the type, the check, and the schema in the OpenAPI document. */
export const MoneyShape = z
  .object({
    amount: z.int().meta({ description: 'Whole minor units: đồng.', example: 55000 }),
    currency: z.literal('VND'),
  })
  .meta({ id: 'Money', example: { amount: 55000, currency: 'VND' } });

/** An ISO 8601 instant in UTC. Year 0 is refused, because Postgres cannot store it. */
export const InstantShape = z.iso
  .datetime()
  .refine((text) => !text.startsWith('0000'))
  .meta({ example: '2026-11-23T03:04:05.678Z' });

/** A UUID. It is converted to lower case. */
export const IdShape = z.uuid().toLowerCase().meta({ example: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' });

/** Text from outside: 1 to `max` characters that the database can store. */
export const textShape = (max: number) => z.string().min(1).max(max).refine(isStorable);
