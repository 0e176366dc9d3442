import { DomainError, type Erased, type Sealed, type Unreadable, type Uuid } from '#kernel';
import { LostKeyReports, type Cause } from './lost-key-reports';
import { openWith, sealWith, whyNotOpened, type Place, type FoundPlace } from './sealing';
import type { SubjectKey, SubjectKeys } from './subject-keys.store';
import { Vault, type Opened } from './vault';
import { replaceSealed, sealedIn } from './sealed-values';

/** The subject was erased, so no more personal data about this person is stored. */
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

/**
 * The subject has sealed values, but the key is missing. No second key is created, because the lost key could then not
 * be restored.
 */
class KeyMissing extends DomainError {
  constructor(subject: Uuid) {
    super('UNAVAILABLE', 'unavailable', 'Personal data of this customer cannot be written right now.', { seconds: 60 });
    this.cause = new Error(`the key of ${subject} is missing`);
  }
}

const erased: Erased = Object.freeze({ erased: true });
const unreadable: Unreadable = Object.freeze({ unreadable: true });

export class KeyVault extends Vault {
  private readonly reports = new LostKeyReports();

  constructor(private readonly keys: SubjectKeys) {
    super();
  }

  async seal(
    subject: Uuid,
    value: string,
    { hasSealed = false, place }: { readonly hasSealed?: boolean; readonly place?: Place } = {},
  ): Promise<Sealed> {
    const key = hasSealed ? await this.keys.find(subject) : await this.keys.findOrCreate(subject);
    if (key !== undefined) return sealWithKey(key, subject, value, place);
    this.reports.reportRefused(subject);
    throw new KeyMissing(subject);
  }

  async sealWithExistingKey(subject: Uuid, value: string, place?: Place): Promise<Sealed | null> {
    const key = (await this.keys.findMany([subject])).get(subject);
    if (key !== undefined && key !== 'unusable') return sealWithKey(key, subject, value, place);
    this.reports.reportLeftOut(subject);
    return null;
  }

  async open(value: Sealed, foundAt?: FoundPlace): Promise<string | Erased | Unreadable> {
    const keys = await this.keys.findMany([value.subject]);
    return this.openWithKey(keys.get(value.subject), value, foundAt);
  }

  async openAll<T>(value: T, order?: Uuid | readonly Uuid[]): Promise<Opened<T>> {
    const keys = await this.keys.findMany(sealedIn(value).map(({ subject }) => subject));
    const openAllIn = (part: unknown, orderOfPart: Uuid | undefined) =>
      replaceSealed(part, (sealed, field) => {
        const foundAt = orderOfPart === undefined ? { field } : { order: orderOfPart, field };
        return this.openWithKey(keys.get(sealed.subject), sealed, foundAt);
      });
    if (order === undefined || typeof order === 'string') return openAllIn(value, order) as Opened<T>;
    return (value as readonly unknown[]).map((item, at) => openAllIn(item, order[at])) as Opened<T>;
  }

  isErased(subject: Uuid): Promise<boolean> {
    return this.keys.isDestroyed(subject);
  }

  erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    return this.keys.findDestroyed(subjects);
  }

  digestOfErased(): Promise<string> {
    return this.keys.digestOfDestroyedKeys();
  }

  erasedAfter(subject: Uuid | undefined, limit: number): Promise<readonly Uuid[]> {
    return this.keys.findDestroyedAfter(subject, limit);
  }

  findWithoutKey(subjects: readonly Uuid[]): Promise<readonly Uuid[]> {
    return this.keys.findMissing(subjects);
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.keys.destroy(subject);
  }

  /** This method does not throw, because the other values must be readable even if one value cannot be opened. */
  private openWithKey(key: SubjectKey | undefined, value: Sealed, foundAt?: FoundPlace): string | Erased | Unreadable {
    if (key === 'destroyed') return erased;
    if (key === undefined || key === 'unusable') return this.reportAsUnreadable(value, key ? 'unusable-key' : 'no-key');
    try {
      return openWith(key, value, foundAt);
    } catch {
      return this.reportAsUnreadable(value, whyNotOpened(key, value, foundAt));
    }
  }

  private reportAsUnreadable({ subject }: Sealed, cause: Cause): Unreadable {
    this.reports.reportUnreadable(subject, cause);
    return unreadable;
  }
}

function sealWithKey(key: SubjectKey, subject: Uuid, value: string, place?: Place): Sealed {
  if (key === 'destroyed') throw new SubjectErased();
  if (key === 'unusable') throw new KeyUnusable(subject);
  return sealWith(key, subject, value, place);
}
