import { Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { HOW_TO_RESTORE } from './lost-key-reports';
import { sealedSubjectsIn } from './providers-in-contexts';
import { Vault } from './vault';

/** How many of the newest subjects of each context are checked. A restored backup does not have the newest keys. */
const MOST_CHECKED = 2_000;

/**
 * Checks that the people whose data the contexts have sealed have keys. If an older backup of the vault was restored,
 * the newest keys are missing.
 */
@Injectable()
export class MissingKeys {
  private readonly log = new Logger('Privacy');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly vault: Vault,
  ) {}

  /** Logs a warning if keys are missing. The check runs one query in each context, and one query in the vault. */
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
