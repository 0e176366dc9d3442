import type { Erased, Sealed, Uuid } from '#kernel';

/** A value with every sealed part replaced by what was sealed, or by `{ erased: true }` once its key is destroyed. */
export type Opened<T> = T extends Sealed
  ? string | Erased
  : T extends Date
    ? T
    : T extends object
      ? { [K in keyof T]: Opened<T[K]> }
      : T;

/** Keeps personal values readable only while their subject's key exists; destroying the key erases every copy. */
export abstract class Vault {
  /** Seals a text with the subject's key, which is made when it is first needed. Throws SubjectErased. */
  abstract seal(subject: Uuid, value: string): Promise<Sealed>;
  abstract open(sealed: Sealed): Promise<string | Erased>;
  /** Opens everything sealed inside a JSON value, with one look-up for all subjects. */
  abstract openAll<T>(value: T): Promise<Opened<T>>;
  /** Whether the subject's key was destroyed; another process hears of it within five seconds. */
  abstract isErased(subject: Uuid): Promise<boolean>;
  /** Those whose key was destroyed, as the database knows it now. */
  abstract erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>>;
  /** Forgets a subject for ever. Other processes may read from memory for five seconds more. */
  abstract destroy(subject: Uuid): Promise<void>;
}
