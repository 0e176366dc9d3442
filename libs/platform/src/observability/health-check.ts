/**
 * The check of one service that the shop depends on. `/health` runs every check that is a Nest provider. So provide a
 * check only for a configured service.
 */
export abstract class HealthCheck {
  /** The name of the service in `services` of the response: `database`, `redis`, `elasticsearch`, … */
  abstract readonly service: string;
  /** True if the shop cannot serve without this service. Otherwise a failure makes the shop only degraded. */
  readonly fatal: boolean = false;
  /** True if `/health` lists the check only while it is `Impaired`. It is then a warning for operators. */
  readonly onlyWhenImpaired: boolean = false;
  /** Rejects if the service is unhealthy; with `Impaired` if it still responds. After 900 ms it counts as unhealthy. */
  abstract check(): Promise<void>;
}

/** The service responds, but not everything works. It is shown as unhealthy, but this is never fatal. */
export class Impaired extends Error {}
