import type { Uuid } from '#kernel';
import type { ErasedSubject } from './erased-line';

/**
 * Finds erased people whose data a context still has, for example after an older backup was restored. A context with
 * personal data provides an implementation.
 */
export abstract class UnerasedData {
  /** Returns the people in `erased` whose readable data the context still has, or could store again. */
  abstract of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]>;
}
