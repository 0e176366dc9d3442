import type { Uuid } from '#kernel';

/** Provided by a context that knows whose values are sealed: those subjects must have a key. */
export abstract class SealedSubjects {
  /** The newest ones, whose keys an older backup lacks. It is called at every start, so it must be cheap. */
  abstract newest(limit: number): Promise<readonly Uuid[]>;
}
