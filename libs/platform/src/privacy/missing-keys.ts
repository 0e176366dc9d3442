import { Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { HOW_TO_RESTORE } from './lost-key-reports';
import { sealedSubjectsIn } from './providers-in-contexts';
import { Vault } from './vault';

/** How many of the newest subjects of each context are checked. An older backup lacks the newest keys. */
const MOST_CHECKED = 2_000;

/**
 * Checks that the people of the contexts have keys. After an older backup of the vault, the newest keys are missing.
 */
@Injectable()
export class MissingKeys {
  private readonly log = new Logger('Privacy');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly vault: Vault,
  ) {}

  /** Logs a warning if keys are missing. It costs one query for each context, and one for the vault. */
  async warnIfMissing(): Promise<void> {
    const newest = await Promise.all(sealedSubjectsIn(this.modules).map((context) => context.newest(MOST_CHECKED)));
    const subjects = [...new Set(newest.flat())];
    if (subjects.length === 0) return;
    const missing = await this.vault.findWithoutKey(subjects);
    if (missing.length === 0) return;
    this.log.warn(
      `${missing.length} of the newest ${subjects.length} customers and guests have no key: ` +
        `their personal data cannot be opened. ${HOW_TO_RESTORE}`,
    );
  }
}
