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
  'other-place': 'they stand where they were not sealed for',
  damaged: 'they are damaged',
  'other-key-or-damaged': `they were sealed with another key, or are damaged. ${RESTORE}`,
} as const;

export type Cause = keyof typeof words;

/** Reports lost keys to operators: every value is counted, and each process logs every subject once. */
export class KeyLosses {
  private readonly log = new Logger('Privacy');
  private readonly told = new LRUCache<string, true>({ max: 10_000 });

  unreadable(subject: Uuid, cause: Cause): void {
    unreadable.inc({ cause });
    this.once(subject, `Personal values of ${subject} cannot be read: ${words[cause]}`);
  }

  /** A value was to be sealed for somebody whose key is gone. */
  unwritten(subject: Uuid): void {
    this.once(subject, `Words about ${subject} are left out: there is no key to seal them with`);
  }

  /** Nothing can be sealed for somebody who has sealed values: no second key is made over the first one. */
  refused(subject: Uuid): void {
    refused.inc();
    this.once(`${subject} refused`, `Nothing can be written about ${subject}: their key is missing. ${RESTORE}`);
  }

  private once(what: string, line: string): void {
    if (this.told.has(what)) return;
    this.told.set(what, true);
    this.log.error(line);
  }
}
