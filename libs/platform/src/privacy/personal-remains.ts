import type { Uuid } from '#kernel';
import type { ErasedSubject } from './erased-line';

/** Finds erased people of whom a context still has data: its database may have been restored from an older backup. */
export abstract class PersonalRemains {
  /** Those of the given people of whom the context has readable data, or could store such data again. */
  abstract of(erased: readonly ErasedSubject[]): Promise<readonly Uuid[]>;
}
