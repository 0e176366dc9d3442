import { HealthCheck, Impaired } from '#platform/observability';

/**
 * This check fails if the log cannot be trusted. The shop still sells in this state, so that an operator can find the
 * cause.
 */
export class EventLogHealth extends HealthCheck {
  readonly service = 'event-log';

  /** @param trouble why the log cannot be trusted; undefined if it can */
  constructor(private readonly trouble: () => string | undefined) {
    super();
  }

  async check(): Promise<void> {
    const trouble = this.trouble();
    if (trouble) throw new Impaired(trouble);
  }
}
