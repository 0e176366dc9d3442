import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Counter, register } from 'prom-client';
import type { Uuid } from '#kernel';

const counter = (name: string, help: string, labelNames: string[] = []) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });

const unreadable = counter(
  'shop_sealed_values_unreadable_total',
  'Sealed values that could not be opened, although nobody erased them.',
  ['cause'],
);
const refused = counter(
  'shop_subject_keys_missing_total',
  'Personal values that could not be sealed, because the key of the person is lost.',
);

export const RESTORE = 'Restore the privacy database to its last commit (docs/deploying.md)';

const words = {
  'no-key': `their key is missing. ${RESTORE}`,
  'unusable-key': 'PERSONAL_DATA_KEY does not unwrap their key. Set it to what it was',
  'other-key': `they were sealed with another key. ${RESTORE}`,
  'other-place': 'they are in another place than they were sealed for',
  damaged: 'they are damaged',
  'other-key-or-damaged': `they were sealed with another key, or are damaged. ${RESTORE}`,
} as const;

export type Cause = keyof typeof words;

/** Reports lost keys to operators: every value is counted, and each process logs every subject once. */
export class KeyLosses {
  private readonly log = new Logger('Privacy');
  private readonly logged = new LRUCache<string, true>({ max: 10_000 });

  unreadable(subject: Uuid, cause: Cause): void {
    unreadable.inc({ cause });
    this.once(subject, `Personal values of ${subject} cannot be read: ${words[cause]}`);
  }

  /** A value was left out, because the key to seal it is missing. */
  unwritten(subject: Uuid): void {
    this.once(subject, `A text about ${subject} is left out: the key to seal it is missing`);
  }

  /** A value was refused: the subject has sealed values, but no key. No second key is created in place of the first. */
  refused(subject: Uuid): void {
    refused.inc();
    this.once(`${subject} refused`, `Nothing can be written about ${subject}: their key is missing. ${RESTORE}`);
  }

  private once(what: string, line: string): void {
    if (this.logged.has(what)) return;
    this.logged.set(what, true);
    this.log.error(line);
  }
}
