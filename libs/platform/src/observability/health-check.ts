/**
 * The check of one service that the shop depends on. `/health` runs every check that is a Nest provider. So a module
 * should provide a check only if its service is configured.
 */
export abstract class HealthCheck {
  /** The name of the service in `services` of the response: `database`, `redis`, `elasticsearch`, … */
  abstract readonly service: string;
  /** If true, a failed check of this service makes the shop `unhealthy`. If false, the shop is only `degraded`. */
  readonly fatal: boolean = false;
  /** True if `/health` lists the service only while the check rejects with `Impaired`, as a warning for operators. */
  readonly onlyWhenImpaired: boolean = false;
  /**
   * Rejects if the service is unhealthy. Rejects with `Impaired` if the service responds, but does not work completely.
   * A check that takes longer than 900 ms counts as unhealthy.
   */
  abstract check(): Promise<void>;
}

/**
 * The service responds, but not everything works. `/health` shows the service as unhealthy, but the shop is not down,
 * even if the check is `fatal`.
 */
export class Impaired extends Error {}
