import type { Uuid } from '#kernel';
import type { ErasedSubject } from './erased-line';

/** Whether a context has erased a person. Its database may have been restored from an older backup. */
export abstract class PersonalRemains {
  /** Those people of whom the context has readable data, or could write some again. */
  abstract of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]>;
}
