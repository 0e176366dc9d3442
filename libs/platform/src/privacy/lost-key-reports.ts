import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Counter, register } from 'prom-client';
import type { Uuid } from '#kernel';

const counter = (name: string, help: string, labelNames: string[] = []) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });

const unreadableCounter = counter(
  'shop_sealed_values_unreadable_total',
  'Sealed values that could not be opened, although nobody erased them.',
  ['cause'],
);
const refusedCounter = counter(
  'shop_subject_keys_missing_total',
  'Personal values that could not be sealed, because the key of the person is lost.',
);

export const HOW_TO_RESTORE = 'Restore the privacy database to its last commit (docs/deploying.md)';

const explanations = {
  'no-key': `their key is missing. ${HOW_TO_RESTORE}`,
  'unusable-key': 'PERSONAL_DATA_KEY does not unwrap their key. Set it to its earlier value',
  'other-key': `they were sealed with another key. ${HOW_TO_RESTORE}`,
  'other-place': 'they are in another place than they were sealed for',
  damaged: 'they are damaged',
  'other-key-or-damaged': `they were sealed with another key, or are damaged. ${HOW_TO_RESTORE}`,
} as const;

export type Cause = keyof typeof explanations;

/** Reports lost keys to operators. Every value is counted in a metric. Each process logs a subject only once. */
export class LostKeyReports {
  private readonly log = new Logger('Privacy');
  private readonly logged = new LRUCache<string, true>({ max: 10_000 });

  reportUnreadable(subject: Uuid, cause: Cause): void {
    unreadableCounter.inc({ cause });
    this.logOnce(subject, `Personal values of ${subject} cannot be read: ${explanations[cause]}`);
  }

  /** A value is not stored, because the key to seal it is missing. */
  reportLeftOut(subject: Uuid): void {
    this.logOnce(subject, `A text about ${subject} is left out: the key to seal it is missing`);
  }

  /** A value could not be sealed and was refused: the subject has sealed values, but their key is missing. */
  reportRefused(subject: Uuid): void {
    refusedCounter.inc();
    this.logOnce(
      `${subject} refused`,
      `Nothing can be written about ${subject}: their key is missing. ${HOW_TO_RESTORE}`,
    );
  }

  private logOnce(what: string, line: string): void {
    if (this.logged.has(what)) return;
    this.logged.set(what, true);
    this.log.error(line);
  }
}
