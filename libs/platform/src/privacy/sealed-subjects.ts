import type { Uuid } from '#kernel';

/** A context provides this if it knows whose values are sealed. These subjects must have a key. */
export abstract class SealedSubjects {
  /** The newest subjects, because an older backup lacks their keys. It is called at every start and must be cheap. */
  abstract newest(limit: number): Promise<readonly Uuid[]>;
}
