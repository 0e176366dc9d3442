import type { Uuid } from '#kernel';

/**
 * Lists the subjects of the sealed values of a context. Each subject must have a key. A context with sealed values
 * provides an implementation.
 */
export abstract class SealedSubjects {
  /**
   * Returns the newest subjects, because an older backup does not have their keys. This method is called at every
   * start, so it must be fast.
   */
  abstract newest(limit: number): Promise<readonly Uuid[]>;
}
