/** A seeder cannot do what the configuration requires. The message says why, and what to do. */
export class SeedRefused extends Error {
  override readonly name = 'SeedRefused';
}

/**
 * Fills a context at the start; found among the providers. It runs at every start, and must do nothing the second
 * time.
 */
export abstract class Seeder {
  /** It also runs without demo data: for example for an account that the configuration requires. */
  readonly always: boolean = false;
  /** Lower numbers run first. */
  readonly order: number = 0;
  abstract seed(): Promise<void>;
}
