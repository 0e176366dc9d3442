import { IdShape, MoneyShape, type Erased, type Money, type Sealed, type Unreadable } from '#kernel';
import { z } from 'zod';
import { MoneyInFact, SealedInFact } from '../model/fact-shapes';

/** A personal value. If the person was erased, or if the value cannot be opened, an object replaces the text. */
export const Personal = z
  .union([z.string(), z.object({ erased: z.literal(true) }), z.object({ unreadable: z.literal(true) })])
  .meta({
    id: 'PersonalValue',
    description:
      'Text; `{ "erased": true }` once its owner was forgotten; `{ "unreadable": true }` where the shop cannot open it now.',
  });

/** The type in which an answer shows a fact's data. */
type Shown<T> = T extends Sealed
  ? string | Erased | Unreadable
  : T extends Money
    ? Money
    : T extends readonly (infer One)[]
      ? Shown<One>[]
      : T extends object
        ? { [Key in keyof T]: Shown<T[Key]> }
        : T;

/**
 * The shape of an answer, derived from the shape of a fact. Sealed values are opened, and money has the format of
 * answers. Limits, such as a maximum length, are left out, because an answer shows what is stored.
 */
export const shownShape = <Shape extends z.ZodType>(shape: Shape): z.ZodType<Shown<z.infer<Shape>>> =>
  deriveShape(shape) as unknown as z.ZodType<Shown<z.infer<Shape>>>;

/** The fields of an object's shape, each as an answer shows it. */
export const shownFields = <Fields extends z.ZodRawShape>({ shape }: z.ZodObject<Fields>) =>
  fieldsOf(shape) as unknown as { [Key in keyof Fields]: z.ZodType<Shown<z.infer<Fields[Key]>>> };

const fieldsOf = (shape: z.ZodRawShape): z.ZodRawShape =>
  Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, deriveShape(field as z.ZodType)]));

function deriveShape(shape: z.ZodType): z.ZodType {
  if (shape === SealedInFact) return Personal;
  if (shape === MoneyInFact) return MoneyShape;
  if (shape === IdShape) return IdShape;
  const alike = withoutLimits(shape);
  const meta = shape.meta();
  return meta ? alike.meta(meta) : alike;
}

function withoutLimits(shape: z.ZodType): z.ZodType {
  if (shape instanceof z.ZodNullable) return deriveShape(shape.unwrap() as z.ZodType).nullable();
  if (shape instanceof z.ZodOptional) return deriveShape(shape.unwrap() as z.ZodType).optional();
  if (shape instanceof z.ZodArray) return z.array(deriveShape(shape.element as z.ZodType));
  if (shape instanceof z.ZodObject) return z.object(fieldsOf(shape.shape as z.ZodRawShape));
  if (shape instanceof z.ZodString) return z.string();
  if (shape instanceof z.ZodNumber) return z.int();
  return shape;
}
