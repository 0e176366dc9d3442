import { HealthCheck, Impaired } from '#platform/observability';

/** The shop continues to sell while staff find out what happened to the journal. */
export class JournalHealth extends HealthCheck {
  override readonly onlyWhenUnwell = true;

  constructor(
    readonly service: string,
    private readonly trouble: () => string | undefined,
  ) {
    super();
  }

  async check(): Promise<void> {
    const trouble = this.trouble();
    if (trouble) throw new Impaired(trouble);
  }
}
