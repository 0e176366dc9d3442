/** A seeder cannot do what the configuration requires. The error's message says why, and what to do. */
export class SeedRefused extends Error {
  override readonly name = 'SeedRefused';
}

/**
 * Adds the first data of a context. Seeders run at every start, so a seeder must change nothing if the data exists
 * already.
 */
export abstract class Seeder {
  /**
   * True if the seeder also runs when SEED_DEMO is false, for example to add an account that the configuration
   * requires.
   */
  readonly always: boolean = false;
  /** Lower numbers run first. */
  readonly order: number = 0;
  abstract seed(): Promise<void>;
}
