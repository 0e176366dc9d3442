import { HealthCheck, Impaired } from '#platform/observability';

/** A bad journal impairs the service, but does not stop it: the shop sells while staff look for the cause. */
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
