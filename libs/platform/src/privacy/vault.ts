import type { Erased, Sealed, Unreadable, Uuid } from '#kernel';
import type { Place, FoundPlace } from './sealing';

/**
 * A value in which every sealed part is replaced: by its content, by `{ erased: true }` if its key was destroyed, or
 * by `{ unreadable: true }` if it cannot be opened for another reason.
 */
export type Opened<T> = T extends Sealed
  ? string | Erased | Unreadable
  : T extends Date
    ? T
    : T extends object
      ? { [K in keyof T]: Opened<T[K]> }
      : T;

/** Seals and opens personal values with the key of their subject. Destroying the key erases every copy of them. */
export abstract class Vault {
  /**
   * Seals a text with the subject's key, which is created when it is first needed. Set `hasSealed` if the subject has
   * sealed values already: then no key is created, and it rejects with UNAVAILABLE while the key is missing. With a
   * `place`, the value can be opened only at this place. Throws SubjectErased.
   */
  abstract seal(
    subject: Uuid,
    value: string,
    known?: { readonly hasSealed?: boolean; readonly place?: Place },
  ): Promise<Sealed>;
  /**
   * Seals one more text of a subject that has sealed values already. Null if the key is lost: no second key is created,
   * because the lost key may be restored. Throws SubjectErased.
   */
  abstract sealWithExistingKey(subject: Uuid, value: string, place?: Place): Promise<Sealed | null>;
  abstract open(sealed: Sealed, foundAt?: FoundPlace): Promise<string | Erased | Unreadable>;
  /**
   * Opens every sealed value inside a JSON value, with one query for all subjects. `order` is the order of the JSON
   * value; for a list, the orders of its items. A value that was sealed for another order is not opened.
   */
  abstract openAll<T>(value: T, order?: Uuid | readonly Uuid[]): Promise<Opened<T>>;
  /** Whether the subject's key was destroyed. Other processes may take five seconds to notice that. */
  abstract isErased(subject: Uuid): Promise<boolean>;
  /** The subjects whose key was destroyed, read from the database now. */
  abstract erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>>;
  /** A digest of all subjects whose key was destroyed. It changes with every destroyed key. */
  abstract digestOfErased(): Promise<string>;
  /** The subjects whose key was destroyed, ordered by id, after the given id. */
  abstract erasedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]>;
  /** The subjects that have neither a key nor a destroyed key. */
  abstract findWithoutKey(subjects: readonly Uuid[]): Promise<readonly Uuid[]>;
  /** Erases a subject for ever. Other processes may read from memory for five more seconds. */
  abstract destroy(subject: Uuid): Promise<void>;
}
