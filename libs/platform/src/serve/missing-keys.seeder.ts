import { Injectable } from '@nestjs/common';
import { MissingKeys } from '#platform/privacy';
import { Seeder } from './seeder';

/**
 * Logs a warning if keys of personal data are missing. It runs after the list of erased people was applied, because
 * erased people need no key.
 */
@Injectable()
export class MissingKeysSeeder extends Seeder {
  override readonly always = true;

  constructor(private readonly missing: MissingKeys) {
    super();
  }

  seed(): Promise<void> {
    return this.missing.warnIfMissing();
  }
}
