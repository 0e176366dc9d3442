import { DomainError, type Erased, type Sealed, type Uuid } from '#kernel';
import { openWith, sealWith } from './sealing';
import type { SubjectKey, SubjectKeys } from './subject-keys.store';
import { Vault, type Opened } from './vault';
import { replaceSealed, sealedIn } from './walk';

/** Nothing more is written about somebody who was forgotten. */
export class SubjectErased extends DomainError {
  constructor() {
    super('SUBJECT_ERASED', 'conflict', 'The personal data of this customer was erased: nothing can be added to it.');
  }
}

const erased: Erased = Object.freeze({ erased: true });

// No key at all: it was lost with its database, which reads the same as destroyed.
const opened = (key: SubjectKey | undefined, sealed: Sealed): string | Erased =>
  key === undefined || key === 'destroyed' ? erased : openWith(key, sealed);

export class KeyVault extends Vault {
  constructor(private readonly keys: SubjectKeys) {
    super();
  }

  async seal(subject: Uuid, value: string): Promise<Sealed> {
    const key = await this.keys.ofOne(subject);
    if (key === 'destroyed') throw new SubjectErased();
    return sealWith(key, subject, value);
  }

  async open(sealed: Sealed): Promise<string | Erased> {
    const keys = await this.keys.ofMany([sealed.subject]);
    return opened(keys.get(sealed.subject), sealed);
  }

  async openAll<T>(value: T): Promise<Opened<T>> {
    const keys = await this.keys.ofMany(sealedIn(value).map(({ subject }) => subject));
    return replaceSealed(value, (sealed) => opened(keys.get(sealed.subject), sealed)) as Opened<T>;
  }

  isErased(subject: Uuid): Promise<boolean> {
    return this.keys.isDestroyed(subject);
  }

  erasedOf(subjects: readonly Uuid[]): Promise<ReadonlySet<Uuid>> {
    return this.keys.destroyedOf(subjects);
  }

  async destroy(subject: Uuid): Promise<void> {
    await this.keys.destroy(subject);
  }
}
