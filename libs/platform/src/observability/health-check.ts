/**
 * One service that the shop depends on. Checks are found among the providers, so provide one only for what is
 * configured: `/health` lists what there is.
 */
export abstract class HealthCheck {
  /** Its name under `services`: `database`, `redis`, `elasticsearch`, … */
  abstract readonly service: string;
  /** Without it the shop cannot serve at all; otherwise it is only degraded. */
  readonly fatal: boolean = false;
  /**
   * `/health` names it only while it is `Impaired`: it is not a service, but something that an operator has to look
   * at.
   */
  readonly onlyWhenUnwell: boolean = false;
  /**
   * Rejects if it is unhealthy; with `Impaired` if it still answers. No answer for nearly a second is unhealthy too.
   */
  abstract check(): Promise<void>;
}

/** It answers, but not everything works: unhealthy, and never fatal. */
export class Impaired extends Error {}
