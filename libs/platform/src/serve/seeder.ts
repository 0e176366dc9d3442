/**
 * Fills a context at start-up; found among the providers. It runs at every start and must do nothing the second time.
 */
export abstract class Seeder {
  /** Runs also when no demo data is wanted: an account that the configuration promises. */
  readonly always: boolean = false;
  /** Lower ones first. */
  readonly order: number = 0;
  abstract seed(): Promise<void>;
}
