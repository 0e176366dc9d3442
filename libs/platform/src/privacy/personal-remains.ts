import type { Uuid } from '#kernel';
import type { ErasedSubject } from './erased-line';

/** Finds erased people whose data a context still has, for example after an older backup was restored. */
export abstract class UnerasedData {
  /** Returns those of the given people whose readable data the context still has, or could store again. */
  abstract of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]>;
}
