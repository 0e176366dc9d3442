import type { Erased, Sealed, Unreadable, Uuid } from '#kernel';
import type { Place, FoundPlace } from './sealing';

/**
 * A value in which every sealed part is replaced by its plain text. A part whose key was destroyed is replaced by `{
 * erased: true }`. A part that cannot be opened for another reason is replaced by `{ unreadable: true }`.
 */
export type Opened<T> = T extends Sealed
  ? string | Erased | Unreadable
  : T extends Date
    ? T
    : T extends object
      ? { [K in keyof T]: Opened<T[K]> }
      : T;

/**
 * Seals and opens personal values with the key of their subject. If the key is destroyed, no copy of these values can
 * be read any more.
 */
export abstract class Vault {
  /**
   * Seals a text with the key of the subject. If the subject has no key yet, a key is created. Set `hasSealed` if the
   * subject already has sealed values. If the key is then missing, no key is created, and the method rejects with
   * UNAVAILABLE. With a `place`, the value can be opened only at this place. Throws SubjectErased.
   */
  abstract seal(
    subject: Uuid,
    value: string,
    known?: { readonly hasSealed?: boolean; readonly place?: Place },
  ): Promise<Sealed>;
  /**
   * Seals another text of a subject that already has sealed values. Returns null if the key is lost. No second key is
   * created, because the lost key can perhaps be restored. Throws SubjectErased.
   */
  abstract sealWithExistingKey(subject: Uuid, value: string, place?: Place): Promise<Sealed | null>;
  abstract open(sealed: Sealed, foundAt?: FoundPlace): Promise<string | Erased | Unreadable>;
  /**
   * Opens every sealed value inside a JSON value, with one query for all subjects. `order` is the id of the order to
   * which the JSON value belongs. For a list, `order` can be a list with the order of each item. A value that was
   * sealed for another order is not opened.
   */
  abstract openAll<T>(value: T, order?: Uuid | readonly Uuid[]): Promise<Opened<T>>;
  /**
   * Whether the key of the subject was destroyed. A process can need five seconds to notice that another process
   * destroyed the key.
   */
  abstract isErased(subject: Uuid): Promise<boolean>;
  /** The given subjects whose key was destroyed. The database is always read, not the memory. */
  abstract erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>>;
  /** A digest of all subjects whose key was destroyed. It changes with every destroyed key. */
  abstract digestOfErased(): Promise<string>;
  /** A page of the subjects whose key was destroyed: the next subjects after the given id, ordered by id. */
  abstract erasedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]>;
  /** The given subjects that have no key. Subjects whose key was destroyed are not included. */
  abstract findWithoutKey(subjects: readonly Uuid[]): Promise<readonly Uuid[]>;
  /**
   * Destroys the key of a subject for ever. Other processes can still open values for up to five seconds, with the key
   * in their memory.
   */
  abstract destroy(subject: Uuid): Promise<void>;
}
