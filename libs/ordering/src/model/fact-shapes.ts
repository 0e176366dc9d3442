import { IdShape } from '#kernel';
import { z } from 'zod';

/** Parts for the declaration of facts. */
export const MoneyInFact = z.strictObject({ amount: z.int().min(0), currency: z.literal('VND') });
export const SealedInFact = z.strictObject({ sealed: z.string().min(1), subject: IdShape });
export const Words = z.string().max(2_000);
export const Count = z.int().min(1);
export const NoData = z.strictObject({});

/** The data that a shape reads, as read-only plain data. */
export type ReadOf<Shape extends z.ZodType> = Unchanging<z.infer<Shape>>;

type Unchanging<T> = T extends readonly (infer One)[]
  ? readonly Unchanging<One>[]
  : T extends object
    ? { readonly [Key in keyof T]: Unchanging<T[Key]> }
    : T;

type Issue = z.core.$ZodIssue;

// A newer build may write more than this one knows. That is not a fault of the data.
const isMore = (issue: Issue): boolean =>
  issue.code === 'unrecognized_keys' ||
  (issue.code === 'invalid_union' && issue.errors.some((one) => one.every(isMore)));

/** Whether stored data matches its shape. Fields that this build does not know are allowed. */
export const fits =
  (shape: z.ZodType) =>
  (data: unknown): boolean => {
    const { success, error } = shape.safeParse(data);
    return success || error.issues.every(isMore);
  };
