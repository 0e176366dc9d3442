import type { Statement } from '#database';

/**
 * The names that the SQL of a guard can use: the guard's own values, and the stream and the command of the append. Each
 * name stands for one parameter (`$n`).
 */
export type GuardParameters<Values extends object> = Readonly<
  Record<(keyof Values & string) | 'streamId' | 'commandId', string>
>;

export type LookUp = <Row extends object>(sql: Statement, values: unknown[]) => Promise<Row[]>;

/** Returns the error for the caller, or undefined if this guard did not refuse the append. */
export type Refusal<Values extends object> = (
  values: Values,
  lookUp: LookUp,
) => Error | undefined | Promise<Error | undefined>;

/**
 * A condition of a context that an append must meet. Its SQL is a step of the append's own statement. So the guard
 * costs no round trip, and its condition also holds if two appends run at the same time. Define a guard once, at the
 * top of a file, because its name becomes part of the names of prepared statements.
 */
export interface Guard<Values extends object> {
  readonly name: string;
  /**
   * `before`: the stream's head moves only if the step returns a row. `after`: the step selects from `head`, which has
   * one row if the head has moved. The step writes rows, and returns one row for each row that it wrote. If it violates
   * a constraint, the append is refused.
   */
  readonly place: 'before' | 'after';
  /**
   * How many rows a step with the place `after` returns: exactly one (the default), one or more (`several`), or none or
   * more (`any`).
   */
  readonly rows?: 'one' | 'several' | 'any';
  readonly sql: (parameters: GuardParameters<Values>) => string;
  /** The refusals, by the name of the constraint that was violated. */
  readonly violated?: Readonly<Record<string, Refusal<Values>>>;
  /** The refusal if a step with the place `before` returned no row. */
  readonly missing?: Refusal<Values>;
}

/** A guard with its values for one append. */
export interface Guarded {
  readonly guard: Guard<object>;
  readonly values: object;
}

/** Returns the function that gives the guard its values for one append. */
export const defineGuard =
  <Values extends object>(guard: Guard<Values>): ((values: Values) => Guarded) =>
  (values) => ({ guard: guard as unknown as Guard<object>, values });
