import { Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RESTORE } from './key-losses';
import { sealedSubjectsIn } from './of-contexts';
import { Vault } from './vault';

/** For each context. An older backup lacks the newest keys. */
const LOOKED_AT = 2_000;

/** Checks whether the people that the contexts know have keys. This finds a privacy database from an older backup. */
@Injectable()
export class MissingKeys {
  private readonly log = new Logger('Privacy');

  constructor(
    private readonly modules: ModulesContainer,
    private readonly vault: Vault,
  ) {}

  /** One question to each context and one to the vault. */
  async tell(): Promise<void> {
    const newest = await Promise.all(sealedSubjectsIn(this.modules).map((context) => context.newest(LOOKED_AT)));
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
