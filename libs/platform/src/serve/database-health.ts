import { Inject, Injectable } from '@nestjs/common';
import { Config, type ContextName } from '#platform/config';
import { Databases, databaseUrl } from '#platform/database';
import { HealthCheck } from '#platform/observability';

export const SERVED_CONTEXTS = Symbol('served contexts');

/** Every database this process leans on answers. */
@Injectable()
export class DatabaseHealth extends HealthCheck {
  readonly service = 'database';
  override readonly fatal = true;

  constructor(
    private readonly databases: Databases,
    private readonly config: Config,
    @Inject(SERVED_CONTEXTS) private readonly contexts: readonly ContextName[],
  ) {
    super();
  }

  async check(): Promise<void> {
    const byUrl = new Map(this.contexts.map((context) => [databaseUrl(this.config, context), context]));
    await Promise.all([...byUrl.values()].map((context) => this.databases.of(context).query('select 1')));
  }
}
