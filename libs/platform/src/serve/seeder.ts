/** A seeder cannot do what the configuration requires. The message says why, and what to do. */
export class SeedRefused extends Error {
  override readonly name = 'SeedRefused';
}

/**
 * Adds the first data of a context. Every provider of this class runs at every start. So it must change nothing if the
 * data exists already.
 */
export abstract class Seeder {
  /** True if it also runs without demo data, for example for an account that the configuration requires. */
  readonly always: boolean = false;
  /** Lower numbers run first. */
  readonly order: number = 0;
  abstract seed(): Promise<void>;
}
