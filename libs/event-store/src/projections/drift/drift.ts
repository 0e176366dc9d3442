import { Injectable } from '@nestjs/common';
import type { Uuid } from '#kernel';
import { StreamDatabase } from '../../streams/stream-database';
import { named } from '../../streams/table-names';

export type DriftKind = 'changed' | 'missing' | 'extra';

/** A row of a live read model that does not match the events of its order. */
export interface DriftedRow {
  readonly orderId: Uuid;
  /** `changed`: the fields in `fields` differ · `missing`: the row is missing · `extra`: there should be no row. */
  readonly kind: DriftKind;
  /** The checkpoint at which the row was compared with the order's events. */
  readonly position: number;
  readonly fields: readonly string[];
}

export interface DriftFinding extends DriftedRow {
  readonly projection: string;
  readonly version: number;
  readonly foundAt: string;
  /** When the row was found to be correct again, or when its table was replaced by another live table. */
  readonly healedAt: string | null;
}

/** How far the sentinel has checked a live read model. */
export interface DriftWalk {
  readonly projection: string;
  /** The number of rows that were compared with their events so far. */
  readonly checked: number;
  /** How many times all rows were checked. */
  readonly rounds: number;
  readonly at: string;
}

const MOST_SHOWN = 100;
const MOST_FIELDS = 50;

/** Stores and reads the findings of the sentinel, and its progress. */
@Injectable()
export class Drift {
  constructor(private readonly db: StreamDatabase) {}

  /** At most 100 findings: first the open ones, then the healed ones. In both groups the newest finding comes first. */
  async findings(): Promise<DriftFinding[]> {
    const rows = await this.db.query<Omit<DriftFinding, 'foundAt' | 'healedAt'> & { found: Date; healed: Date | null }>(
      `select d.name as projection, t.version, d.${named.stream} as "orderId", d.kind, d.position, d.fields,
         d.found_at as found, d.healed_at as healed
       from projection_drifts d join projection_tables t using (relation)
       order by d.healed_at is not null, d.found_at desc, d.id limit ${MOST_SHOWN}`,
    );
    return rows.map(({ found, healed, ...row }) => ({
      ...row,
      foundAt: found.toISOString(),
      healedAt: healed?.toISOString() ?? null,
    }));
  }

  async walks(): Promise<DriftWalk[]> {
    const rows = await this.db.query<Omit<DriftWalk, 'at'> & { changed: Date }>(
      `select t.name as projection, w.checked, w.rounds, w.changed_at as changed
       from projection_walks w join projection_tables t using (relation) where t.state = 'live' order by t.name`,
    );
    return rows.map(({ changed, ...row }) => ({ ...row, at: changed.toISOString() }));
  }

  /** Orders of this table with an open finding, the oldest finding first. */
  async listOpen(relation: string, limit: number): Promise<Uuid[]> {
    const rows = await this.db.query<{ orderId: Uuid }>(
      `select ${named.stream} as "orderId" from projection_drifts where relation = $1 and healed_at is null
       order by found_at limit $2`,
      [relation, limit],
    );
    return rows.map(({ orderId }) => orderId);
  }

  /** Returns true if the row had no open finding yet. */
  async storeFinding(
    name: string,
    relation: string,
    { orderId, kind, position, fields }: DriftedRow,
  ): Promise<boolean> {
    const rows = await this.db.query<{ fresh: boolean }>(
      `insert into projection_drifts (relation, name, ${named.stream}, kind, position, fields) values ($1, $2, $3, $4, $5, $6)
       on conflict (relation, ${named.stream}) where healed_at is null
         do update set kind = excluded.kind, position = excluded.position, fields = excluded.fields
       returning xmax = 0 as fresh`,
      [relation, name, orderId, kind, position, fields.slice(0, MOST_FIELDS)],
    );
    return rows[0].fresh;
  }

  async closeFindings(relation: string, orders: readonly Uuid[]): Promise<void> {
    await this.db.query(
      `update projection_drifts set healed_at = now()
       where relation = $1 and ${named.stream} = any($2::uuid[]) and healed_at is null`,
      [relation, orders],
    );
  }

  /** Closes the findings of tables that are not live any more, because nothing reads these tables. */
  async closeForOtherTables(name: string, live: string): Promise<void> {
    await this.db.query(
      `update projection_drifts set healed_at = now() where name = $1 and relation <> $2 and healed_at is null`,
      [name, live],
    );
  }

  async readProgress<Walk extends object>(relation: string): Promise<Walk | undefined> {
    const [row] = await this.db.query<{ walk: Walk }>('select walk from projection_walks where relation = $1', [
      relation,
    ]);
    return row?.walk;
  }

  async storeProgress(relation: string, walk: object, checked: number, rounds: number): Promise<void> {
    await this.db.query(
      `insert into projection_walks as w (relation, walk, checked, rounds) values ($1, $2, $3, $4)
       on conflict (relation) do update set walk = excluded.walk, checked = w.checked + excluded.checked,
         rounds = w.rounds + excluded.rounds, changed_at = now()`,
      [relation, JSON.stringify(walk), checked, rounds],
    );
  }
}
