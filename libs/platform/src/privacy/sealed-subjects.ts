import type { Uuid } from '#kernel';

/** A context that stores sealed values provides this. It lists the subjects of these values. They must have a key. */
export abstract class SealedSubjects {
  /** The newest subjects, because an older backup lacks their keys. It is called at every start and must be cheap. */
  abstract newest(limit: number): Promise<readonly Uuid[]>;
}
