/**
 * One thing the shop leans on; found among the providers. Provide one only for what is configured: `/health` lists
 * what there is.
 */
export abstract class HealthCheck {
  /** Its name under `services`: `database`, `redis`, `elasticsearch`, … */
  abstract readonly service: string;
  /** Without it the shop cannot serve at all; otherwise it is only degraded. */
  readonly fatal: boolean = false;
  /** Rejects when it is unwell. More than a second is unwell too. */
  abstract check(): Promise<void>;
}
