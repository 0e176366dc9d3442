import { Injectable } from '@nestjs/common';
import { statement } from '#database';
import { HealthCheck, Impaired } from '#platform/observability';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

const SET_ASIDE = statement(
  'projections-set-aside',
  `select count(distinct f.${named.stream})::int as orders from projection_failures f
   join projection_tables t on t.relation = f.relation and t.state = 'live'`,
);

/**
 * This check fails if a read model has set an order aside. It ignores a database that does not respond, because another
 * check reports that.
 */
@Injectable()
export class ReadModelsHealth extends HealthCheck {
  readonly service: string;
  override readonly onlyWhenImpaired = true;

  constructor(private readonly db: StreamDatabase) {
    super();
    this.service = `${db.context}:read-models`;
  }

  async check(): Promise<void> {
    const [{ orders }] = await this.db
      .outsideTransaction(() => this.db.query<{ orders: number }>(SET_ASIDE, []))
      .catch(() => [{ orders: 0 }]);
    if (orders > 0) throw new Impaired(`${orders} orders are set aside`);
  }
}
