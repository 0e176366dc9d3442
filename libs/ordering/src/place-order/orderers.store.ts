import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { Database, statement } from '#database';
import { SealedSubjects } from '#platform/privacy';

const NEWEST = statement(
  'orderers-newest',
  `select distinct e.event_data->>'subject' as subject
   from (select event_id from order_log order by position desc limit $1) l
   join order_events e on e.id = l.event_id
   where e.event_type = 'OrderPlaced'`,
);

/**
 * Finds the owners of the personal values in the newest orders. Every order contains a sealed name, so every order has
 * an owner.
 */
@Injectable()
export class Orderers extends SealedSubjects {
  constructor(private readonly db: Database) {
    super();
  }

  async newest(limit: number): Promise<readonly Uuid[]> {
    return (await this.db.query<{ subject: Uuid }>(NEWEST, [limit])).map(({ subject }) => subject);
  }
}
