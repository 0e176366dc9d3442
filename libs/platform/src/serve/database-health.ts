import type { Provider } from '@nestjs/common';
import type { Config, ContextName } from '#platform/config';
import { Databases, databaseUrl, mainUrl } from '#database';
import { Leadership } from '#database/leadership';
import { Instances } from '#messaging';
import { HealthCheck, Impaired } from '#platform/observability';

/**
 * Without these databases nobody can order. Without another context's database the shop serves what does not need
 * it.
 */
const NEEDED: readonly ContextName[] = ['ordering', 'catalog', 'cart', 'privacy'];

/** One database answers. Probes that come while it is being asked share the answer, and one connection. */
export class DatabaseHealth extends HealthCheck {
  private asking?: Promise<unknown>;

  constructor(
    readonly service: string,
    override readonly fatal: boolean,
    private readonly ask: () => Promise<unknown>,
  ) {
    super();
  }

  async check(): Promise<void> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    await this.asking;
  }
}

/** `database` is the common one; `database:<context>` is one that a context has for itself. */
export function databaseHealth(config: Config, contexts: readonly ContextName[]): Provider[] {
  const main = mainUrl(config);
  const apart = contexts.filter((context) => databaseUrl(config, context) !== main);
  const together = contexts.filter((context) => !apart.includes(context));
  return [
    healthOf('database', true, (means) =>
      together.length > 0 ? expectWell(together, means) : means.leadership.living(),
    ),
    ...apart.map((context) =>
      healthOf(`database:${context}`, NEEDED.includes(context), (means) => expectWell([context], means)),
    ),
  ];
}

interface Means {
  readonly databases: Databases;
  readonly leadership: Leadership;
  readonly instances: Instances;
}

/** Rejects if the contexts' database does not answer, or if this process cannot write to it. */
async function expectWell(contexts: readonly ContextName[], { databases, instances }: Means): Promise<void> {
  const [{ readOnly }] = await databases
    .of(contexts[0])
    .query<{ readOnly: boolean }>(`select current_setting('transaction_read_only')::boolean as "readOnly"`);
  if (readOnly) throw new Impaired('the database is read-only');
  const failing = contexts.filter((context) => instances.isFailing(context));
  if (failing.length > 0) throw new Impaired(`nothing can be written for ${failing.join(', ')}`);
}

const healthOf = (service: string, fatal: boolean, ask: (means: Means) => Promise<unknown>): Provider => ({
  provide: `health of ${service}`,
  inject: [Databases, Leadership, Instances],
  useFactory: (databases: Databases, leadership: Leadership, instances: Instances) =>
    new DatabaseHealth(service, fatal, () => ask({ databases, leadership, instances })),
});
