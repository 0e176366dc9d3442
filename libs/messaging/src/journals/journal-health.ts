import { HealthCheck, Impaired } from '#platform/observability';

/** A bad journal impairs the service, but does not stop it: the shop sells while staff look for the cause. */
export class JournalHealth extends HealthCheck {
  override readonly onlyWhenImpaired = true;

  constructor(
    readonly service: string,
    private readonly findProblem: () => string | undefined,
  ) {
    super();
  }

  async check(): Promise<void> {
    const problem = this.findProblem();
    if (problem) throw new Impaired(problem);
  }
}
