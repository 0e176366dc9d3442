import type { Uuid } from '#kernel';
import type { ErasedSubject } from './erased-line';

/**
 * Each context provides one. It finds erased people whose data the context still has, for example after an older backup
 * was restored.
 */
export abstract class UnerasedData {
  /** Returns the people in `erased` whose readable data the context still has, or could store again. */
  abstract of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]>;
}
