import type { Provider } from '@nestjs/common';
import { usedBy, type Config, type ContextName } from '#platform/config';
import { Databases, databaseUrl, mainUrl } from '#database';
import { Leadership } from '#database/leadership';
import { Instances } from '#messaging';
import { HealthCheck, Impaired } from '#platform/observability';

/**
 * If the database of one of these contexts does not respond, nobody can order. If another database does not respond,
 * the shop is only degraded.
 */
const NEEDED: readonly ContextName[] = ['ordering', 'catalog', 'cart', 'privacy'];

/** Checks that one database responds. Probes at the same time share one query and its result. */
export class DatabaseHealth extends HealthCheck {
  private running?: Promise<unknown>;

  constructor(
    readonly service: string,
    override readonly fatal: boolean,
    private readonly queryDatabase: () => Promise<unknown>,
  ) {
    super();
  }

  async check(): Promise<void> {
    this.running ??= this.queryDatabase().finally(() => (this.running = undefined));
    await this.running;
  }
}

/**
 * The checks of the databases that a process of these contexts uses. The check `database` is for the shared database.
 * The check `database:<context>` is for the separate database of a context.
 */
export function databaseHealth(config: Config, contexts: readonly ContextName[]): Provider[] {
  const main = mainUrl(config);
  const used = usedBy(contexts).filter((one) => one !== 'sandbox' || config.paymentProviders.includes('sandbox'));
  const separate = used.filter((context) => databaseUrl(config, context) !== main);
  const shared = used.filter((context) => !separate.includes(context));
  return [
    healthOf('database', true, (sources) =>
      shared.length > 0 ? expectWritable(shared, sources) : sources.leadership.living(),
    ),
    ...separate.map((context) =>
      healthOf(`database:${context}`, isFatal(context, contexts), (sources) => expectWritable([context], sources)),
    ),
  ];
}

/**
 * Every process uses `privacy`. It is fatal only for processes with the context `ordering`: without `privacy` nobody
 * can order, but the catalogue, for example, is still shown.
 */
const isFatal = (context: ContextName, contexts: readonly ContextName[]): boolean =>
  NEEDED.includes(context) && (context !== 'privacy' || contexts.includes('ordering'));

interface Sources {
  readonly databases: Databases;
  readonly leadership: Leadership;
  readonly instances: Instances;
}

/** Rejects if the common database of these contexts does not respond, or if this process cannot write to it. */
async function expectWritable(contexts: readonly ContextName[], { databases, instances }: Sources): Promise<void> {
  const [{ readOnly }] = await databases
    .of(contexts[0])
    .query<{ readOnly: boolean }>(`select current_setting('transaction_read_only')::boolean as "readOnly"`);
  if (readOnly) throw new Impaired('the database is read-only');
  const failing = contexts.filter((context) => instances.isFailing(context));
  if (failing.length > 0) throw new Impaired(`nothing can be written for ${failing.join(', ')}`);
}

const healthOf = (service: string, fatal: boolean, ask: (sources: Sources) => Promise<unknown>): Provider => ({
  provide: `health of ${service}`,
  inject: [Databases, Leadership, Instances],
  useFactory: (databases: Databases, leadership: Leadership, instances: Instances) =>
    new DatabaseHealth(service, fatal, () => ask({ databases, leadership, instances })),
});
