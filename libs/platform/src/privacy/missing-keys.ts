import { Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RESTORE } from './key-losses';
import { sealedSubjectsIn } from './of-contexts';
import { Vault } from './vault';

/** How many subjects of each context are checked: the newest ones, because an older backup lacks the newest keys. */
const CHECKED = 2_000;

/** Checks that the people whom the contexts know have keys. The newest have none if the vault is an older backup. */
@Injectable()
export class MissingKeys {
  private readonly log = new Logger('Privacy');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly vault: Vault,
  ) {}

  /** Logs a warning if keys are missing. It costs one query for each context, and one for the vault. */
  async tell(): Promise<void> {
    const newest = await Promise.all(sealedSubjectsIn(this.modules).map((context) => context.newest(CHECKED)));
    const subjects = [...new Set(newest.flat())];
    if (subjects.length === 0) return;
    const missing = await this.vault.withoutKey(subjects);
    if (missing.length === 0) return;
    this.log.warn(
      `${missing.length} of the newest ${subjects.length} customers and guests have no key: ` +
        `their personal data cannot be opened. ${RESTORE}`,
    );
  }
}
