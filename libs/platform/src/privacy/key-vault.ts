import { DomainError, type Erased, type Sealed, type Unreadable, type Uuid } from '#kernel';
import { KeyLosses, type Cause } from './key-losses';
import { openWith, sealWith, whyClosed, type Place, type Standing } from './sealing';
import type { SubjectKey, SubjectKeys } from './subject-keys.store';
import { Vault, type Opened } from './vault';
import { replaceSealed, sealedIn } from './walk';

/** The subject was erased, so no more personal data about them is stored. */
export class SubjectErased extends DomainError {
  constructor() {
    super('SUBJECT_ERASED', 'conflict', 'The personal data of this customer was erased: nothing can be added to it.');
  }
}

/** The row of the key is damaged, or PERSONAL_DATA_KEY has changed since the row was written. */
class KeyUnusable extends DomainError {
  constructor(subject: Uuid) {
    super('UNAVAILABLE', 'unavailable', 'Personal data of this customer cannot be written right now.', { seconds: 60 });
    this.cause = new Error(`PERSONAL_DATA_KEY does not unwrap the key of ${subject}`);
  }
}

/** The subject has sealed values, and their key is missing. A second key would prevent restoring the first one. */
class KeyMissing extends DomainError {
  constructor(subject: Uuid) {
    super('UNAVAILABLE', 'unavailable', 'Personal data of this customer cannot be written right now.', { seconds: 60 });
    this.cause = new Error(`the key of ${subject} is missing`);
  }
}

const erased: Erased = Object.freeze({ erased: true });
const unreadable: Unreadable = Object.freeze({ unreadable: true });

export class KeyVault extends Vault {
  private readonly losses = new KeyLosses();

  constructor(private readonly keys: SubjectKeys) {
    super();
  }

  async seal(
    subject: Uuid,
    value: string,
    { hasSealed = false, place }: { readonly hasSealed?: boolean; readonly place?: Place } = {},
  ): Promise<Sealed> {
    const key = hasSealed ? await this.keys.ofKnown(subject) : await this.keys.ofOne(subject);
    if (key !== undefined) return sealed(key, subject, value, place);
    this.losses.refused(subject);
    throw new KeyMissing(subject);
  }

  async sealMore(subject: Uuid, value: string, place?: Place): Promise<Sealed | null> {
    const key = (await this.keys.ofMany([subject])).get(subject);
    if (key !== undefined && key !== 'unusable') return sealed(key, subject, value, place);
    this.losses.unwritten(subject);
    return null;
  }

  async open(value: Sealed, standing?: Standing): Promise<string | Erased | Unreadable> {
    const keys = await this.keys.ofMany([value.subject]);
    return this.opened(keys.get(value.subject), value, standing);
  }

  async openAll<T>(value: T, order?: Uuid | readonly Uuid[]): Promise<Opened<T>> {
    const keys = await this.keys.ofMany(sealedIn(value).map(({ subject }) => subject));
    const openIn = (part: unknown, of: Uuid | undefined) =>
      replaceSealed(part, (one, field) =>
        this.opened(keys.get(one.subject), one, of === undefined ? { field } : { order: of, field }),
      );
    if (order === undefined || typeof order === 'string') return openIn(value, order) as Opened<T>;
    return (value as readonly unknown[]).map((item, at) => openIn(item, order[at])) as Opened<T>;
  }

  isErased(subject: Uuid): Promise<boolean> {
    return this.keys.isDestroyed(subject);
  }

  erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    return this.keys.destroyedOf(subjects);
  }

  digestOfErased(): Promise<string> {
    return this.keys.digestOfDestroyed();
  }

  erasedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]> {
    return this.keys.destroyedAfter(subject, limit);
  }

  withoutKey(subjects: readonly Uuid[]): Promise<readonly Uuid[]> {
    return this.keys.missingOf(subjects);
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.keys.destroy(subject);
  }

  /** A value that cannot be opened must not prevent reading or changing the rest. */
  private opened(key: SubjectKey | undefined, value: Sealed, standing?: Standing): string | Erased | Unreadable {
    if (key === 'destroyed') return erased;
    if (key === undefined || key === 'unusable') return this.unreadable(value, key ? 'unusable-key' : 'no-key');
    try {
      return openWith(key, value, standing);
    } catch {
      return this.unreadable(value, whyClosed(key, value, standing));
    }
  }

  private unreadable({ subject }: Sealed, cause: Cause): Unreadable {
    this.losses.unreadable(subject, cause);
    return unreadable;
  }
}

function sealed(key: SubjectKey, subject: Uuid, value: string, place?: Place): Sealed {
  if (key === 'destroyed') throw new SubjectErased();
  if (key === 'unusable') throw new KeyUnusable(subject);
  return sealWith(key, subject, value, place);
}
