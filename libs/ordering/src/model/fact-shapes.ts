import { IdShape } from '#kernel';
import { z } from 'zod';

/** Shapes that the declarations of facts share. */
export const MoneyInFact = z.strictObject({ amount: z.int().min(0), currency: z.literal('VND') });
export const SealedInFact = z.strictObject({ sealed: z.string().min(1), subject: IdShape });
export const TextInFact = z.string().max(2_000);
export const Count = z.int().min(1);
export const NoData = z.strictObject({});

/** The type of the data that a shape accepts, read-only at every depth. */
export type DataOf<Shape extends z.ZodType> = DeepReadonly<z.infer<Shape>>;

type DeepReadonly<T> = T extends readonly (infer One)[]
  ? readonly DeepReadonly<One>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

type Issue = z.core.$ZodIssue;

// A newer build can write fields that this build does not know. Data with such fields is valid.
const isUnknownField = (issue: Issue): boolean =>
  issue.code === 'unrecognized_keys' ||
  (issue.code === 'invalid_union' && issue.errors.some((one) => one.every(isUnknownField)));

/** Whether stored data matches its shape. Fields that this build does not know are allowed. */
export const makeShapeCheck =
  (shape: z.ZodType) =>
  (data: unknown): boolean => {
    const { success, error } = shape.safeParse(data);
    return success || error.issues.every(isUnknownField);
  };
