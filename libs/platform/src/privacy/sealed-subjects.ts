import type { Uuid } from '#kernel';

/**
 * Each context with sealed values provides one. It lists the subjects of these values. Each subject must have a key.
 */
export abstract class SealedSubjects {
  /**
   * Returns the newest subjects, because an older backup does not have their keys. This method is called at every
   * start, so it must be fast.
   */
  abstract newest(limit: number): Promise<readonly Uuid[]>;
}
