import type { Erased, Sealed, Unreadable, Uuid } from '#kernel';
import type { Place, Standing } from './sealing';

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

/** Keeps personal values readable only while their subject's key exists; destroying the key erases every copy. */
export abstract class Vault {
  /**
   * Seals a text with the subject's key, which is created when it is first needed. With `hasSealed`, for somebody
   * who has sealed values already, no key is created: it rejects with UNAVAILABLE while the key is missing. With a
   * `place`, the value opens only there. Throws SubjectErased.
   */
  abstract seal(
    subject: Uuid,
    value: string,
    known?: { readonly hasSealed?: boolean; readonly place?: Place },
  ): Promise<Sealed>;
  /**
   * Seals one more text of a subject that has sealed values already. Null if their key is lost: no second key is
   * created, so that the first one still fits when it is restored. Throws SubjectErased.
   */
  abstract sealMore(subject: Uuid, value: string, place?: Place): Promise<Sealed | null>;
  abstract open(sealed: Sealed, standing?: Standing): Promise<string | Erased | Unreadable>;
  /**
   * Opens everything sealed inside a JSON value, with one query for all subjects. `order` is the order that the
   * value is about; for a list, the orders of its items. A value that was sealed for another order stays closed.
   */
  abstract openAll<T>(value: T, order?: Uuid | readonly Uuid[]): Promise<Opened<T>>;
  /** Whether the subject's key was destroyed. Another process knows it within five seconds. */
  abstract isErased(subject: Uuid): Promise<boolean>;
  /** Those whose key was destroyed, by the database at this moment. */
  abstract erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>>;
  /** Changes whenever another set of keys is destroyed. */
  abstract digestOfErased(): Promise<string>;
  /** Those whose key was destroyed, ordered by id, after the given one. */
  abstract erasedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]>;
  /** Those that have no key, and never had one destroyed. */
  abstract withoutKey(subjects: readonly Uuid[]): Promise<readonly Uuid[]>;
  /** Erases a subject for ever. Other processes may read from memory for five more seconds. */
  abstract destroy(subject: Uuid): Promise<void>;
}
