import { HealthCheck, Impaired } from '#platform/observability';

/**
 * This check fails if the log cannot be trusted. In this state the shop still sells, and an operator must find the
 * cause.
 */
export class EventLogHealth extends HealthCheck {
  readonly service = 'event-log';

  /** @param trouble returns why the log cannot be trusted; undefined if the log can be trusted */
  constructor(private readonly trouble: () => string | undefined) {
    super();
  }

  async check(): Promise<void> {
    const trouble = this.trouble();
    if (trouble) throw new Impaired(trouble);
  }
}
